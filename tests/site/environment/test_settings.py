"""What may be chosen, and in which order choices count."""

import argparse
import json
import socket
from pathlib import Path

import pytest

from ziyuan.site.environment import settings
from ziyuan.site.environment.errors import BadSetting, PortBusy
from ziyuan.site.environment.place import Place
from ziyuan.site.environment.settings import Settings


@pytest.fixture
def place(folder: Path) -> Place:
    return Place(folder / "clone", folder, by_root=False)


def options(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"port_inner": None, "port_outer": None, "port_database": None, **given})


def test_without_any_choice_the_nodes_take_8100_and_8200(place: Place) -> None:
    chosen = settings.chosen(place, options())
    assert (chosen.url("inner"), chosen.url("outer")) == ("http://127.0.0.1:8100", "http://127.0.0.1:8200")


def test_the_command_line_counts_before_the_environment_before_the_last_choice(
    place: Place, monkeypatch
) -> None:
    settings.save(place, Settings(port_inner=1001, port_outer=1002, port_database=1003))
    monkeypatch.setenv("ZIYUAN_PORT_INNER", "2001")
    monkeypatch.setenv("ZIYUAN_PORT_OUTER", "2002")
    chosen = settings.chosen(place, options(port_inner="3001"))
    assert (chosen.port_inner, chosen.port_outer, chosen.port_database) == (3001, 2002, 1003)


def test_the_database_address_is_remembered_where_only_its_owner_reads_it(place: Place, monkeypatch) -> None:
    monkeypatch.setenv("ZIYUAN_DATABASE_URL", "postgresql://zy:secret@db/ops")
    settings.save(place, settings.chosen(place, options()))
    monkeypatch.delenv("ZIYUAN_DATABASE_URL")
    assert settings.chosen(place, options()).database_url.endswith("@db/ops")
    assert (place.state / "settings.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["0", "65536", "-1", "八千", ""])
def test_a_port_outside_1_to_65535_is_refused(place: Place, value: str) -> None:
    with pytest.raises(BadSetting):
        settings.chosen(place, options(port_inner=value))


def test_both_nodes_on_one_port_are_refused(place: Place) -> None:
    with pytest.raises(BadSetting, match="8100"):
        settings.chosen(place, options(port_outer="8100"))


def test_a_busy_port_is_named_with_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = other.getsockname()[1]
        with pytest.raises(PortBusy) as refused:
            settings.require_free(Settings(port_inner=busy))
    assert str(busy) in refused.value.message
    assert "--port-inner" in refused.value.remedy


def test_saved_choices_survive_a_round_trip(place: Place) -> None:
    settings.save(place, Settings(port_inner=9001))
    assert json.loads((place.state / "settings.json").read_text())["port_inner"] == 9001
    assert settings.saved(place) == Settings(port_inner=9001)
