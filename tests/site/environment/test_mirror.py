"""The copy of the code the service user runs."""

from pathlib import Path

from ziyuan.site.environment import mirror


def tree(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def names(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_code_is_copied_and_caches_environments_and_builds_are_not(folder: Path) -> None:
    tree(
        folder / "a",
        "src/x.py",
        "web/src/y.ts",
        ".git/HEAD",
        ".venv/bin/python",
        "web/node_modules/z.js",
        "web/dist/i.html",
    )
    mirror.copy(folder / "a", folder / "b")
    assert names(folder / "b") == {"src/x.py", "web/src/y.ts"}


def test_a_second_copy_writes_nothing(folder: Path) -> None:
    tree(folder / "a", "src/x.py", "docs/y.md")
    assert mirror.copy(folder / "a", folder / "b") == 2
    assert mirror.copy(folder / "a", folder / "b") == 0


def test_a_file_removed_from_the_clone_leaves_the_copy(folder: Path) -> None:
    tree(folder / "a", "src/x.py", "src/old.py")
    mirror.copy(folder / "a", folder / "b")
    (folder / "a" / "src" / "old.py").unlink()
    mirror.copy(folder / "a", folder / "b")
    assert names(folder / "b") == {"src/x.py"}


def test_the_built_workbench_in_the_copy_is_left_alone(folder: Path) -> None:
    tree(folder / "a", "web/src/y.ts")
    tree(folder / "b", "web/dist/index.html")
    mirror.copy(folder / "a", folder / "b")
    assert "web/dist/index.html" in names(folder / "b")


def test_a_copy_of_a_private_clone_can_be_read_by_others(folder: Path) -> None:
    tree(folder / "a", "deep/er/x.py")
    for path in (folder / "a").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    mirror.copy(folder / "a", folder / "b")
    assert (folder / "b" / "deep" / "er").stat().st_mode & 0o777 == 0o755
    assert (folder / "b" / "deep" / "er" / "x.py").stat().st_mode & 0o777 == 0o644


def test_a_command_stays_a_command(folder: Path) -> None:
    tree(folder / "a", "ziyuan")
    (folder / "a" / "ziyuan").chmod(0o755)
    mirror.copy(folder / "a", folder / "b")
    assert (folder / "b" / "ziyuan").stat().st_mode & 0o111
