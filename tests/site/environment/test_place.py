"""Where an installation lives, and that nothing written there can be led astray."""

import os
from pathlib import Path

import pytest

from ziyuan.site.environment import place as places
from ziyuan.site.environment import users, workbench
from ziyuan.site.environment.place import Place


def test_an_ordinary_users_state_lies_in_the_clone(folder: Path) -> None:
    place = Place(folder, folder / ".ziyuan", by_root=False)
    assert place.app == folder
    assert place.service_user is None and place.database_user is None


def test_roots_processes_run_from_a_copy_as_two_ordinary_users(folder: Path) -> None:
    place = Place(folder / "clone", folder / "state", by_root=True)
    assert place.app == folder / "state" / "app"
    assert (place.service_user, place.database_user) == ("ziyuan", "postgres")


def test_a_test_run_has_a_copy_of_its_own(folder: Path) -> None:
    place = Place(folder / "clone", folder / "state", by_root=True)
    assert place.for_tests().app != place.app
    assert place.for_tests().venv == place.venv


def test_two_clones_never_share_a_state(monkeypatch, folder: Path) -> None:
    monkeypatch.delenv("ZIYUAN_STATE", raising=False)
    states = set()
    for name in ("a", "b"):
        monkeypatch.setenv("ZIYUAN_CLONE", str(folder / name))
        states.add(places.find().state)
    assert len(states) == 2


def test_a_kept_file_is_private_from_its_first_byte_and_replaces_whole(folder: Path) -> None:
    path = folder / "secret.json"
    places.keep(path, "old")
    places.keep(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in folder.iterdir()] == ["secret.json"]


def test_a_link_in_the_way_of_a_kept_file_is_replaced_not_followed(folder: Path) -> None:
    victim = folder / "victim"
    victim.write_text("untouched")
    for name in ("secret.json", ".secret.json.new"):
        (folder / name).symlink_to(victim)
    places.keep(folder / "secret.json", "new")
    assert victim.read_text() == "untouched"
    assert not (folder / "secret.json").is_symlink()


def test_a_folder_that_is_a_link_is_refused(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "link").symlink_to(folder / "real")
    with pytest.raises(OSError):
        places.folder(folder / "link", mode=0o700)


def test_our_processes_inherit_nothing_secret_of_the_callers_environment(monkeypatch, folder: Path) -> None:
    monkeypatch.setenv("ZIYUAN_DATABASE_URL", "postgresql://zy:geheim@db/ops")
    monkeypatch.setenv("CLOUD_TOKEN", "geheim")
    told = users.surroundings(Place(folder, folder / ".ziyuan", by_root=False))
    assert "geheim" not in "".join(told.values())
    assert told["HOME"].startswith(str(folder)) and os.environ["HOME"] != told["HOME"]


def test_the_workbench_is_built_again_when_an_input_changes_and_only_then(folder: Path) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "main.ts").write_text("one")
    first = workbench.inputs_digest(folder)
    (folder / "dist").mkdir()
    (folder / "dist" / "index.html").write_text("built")
    assert workbench.inputs_digest(folder) == first
    (folder / "src" / "main.ts").write_text("two")
    assert workbench.inputs_digest(folder) != first
