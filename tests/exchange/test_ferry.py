"""The ferry: knows folders only; killed anywhere, no package is lost, and a doubled one harms nobody."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ziyuan.exchange.ferry import carry

BODIES = {f"inner-outer-{n:012d}.zyp": bytes([n]) * 5000 for n in range(1, 6)}


@pytest.fixture
def folders(tmp_path):
    source, target = tmp_path / "out", tmp_path / "in"
    source.mkdir()
    for name, body in BODIES.items():
        (source / name).write_bytes(body)
    return source, target


def whole(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.glob("*.zyp")}


def killed_at(place: str, source: Path, target: Path, order: str = "carry") -> None:
    """Carry in a process of its own that dies without a word at its third call of `place`."""
    program = textwrap.dedent(f"""
        import os, shutil
        from pathlib import Path
        from ziyuan.exchange import ferry
        calls = 0
        def dying(real):
            def run(*a, **k):
                global calls
                calls += 1
                if calls == 3:
                    os._exit(137)
                return real(*a, **k)
            return run
        def careless(source, target):
            '''Removes the source before the copy is whole.'''
            for path in sorted(source.glob("*.zyp")):
                body = path.read_bytes()
                path.unlink()
                (target / path.name).write_bytes(body)
        place = {place!r}
        if place == "copyfile": shutil.copyfile = dying(shutil.copyfile)
        if place == "rename": Path.rename = dying(Path.rename)
        if place == "unlink": Path.unlink = dying(Path.unlink)
        if place == "write": Path.write_bytes = dying(Path.write_bytes)
        source, target = Path({str(source)!r}), Path({str(target)!r})
        target.mkdir(exist_ok=True)
        {"ferry.carry" if order == "carry" else "careless"}(source, target)
    """)
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 137


@pytest.mark.parametrize("place", ["copyfile", "rename", "unlink"])
def test_killed_at_any_step_nothing_is_lost(folders, place):
    source, target = folders
    killed_at(place, source, target)
    assert {**whole(source), **whole(target)} == BODIES
    assert all(BODIES[name] == body for name, body in whole(target).items()), "what shows is whole"
    carry(source, target)
    assert (whole(source), whole(target)) == ({}, BODIES)


def test_negative_control_a_ferry_that_removes_first_loses_a_package(folders):
    source, target = folders
    killed_at("write", source, target, order="careless")
    assert {**whole(source), **whole(target)} != BODIES


def test_killed_between_copy_and_removal_the_package_comes_again(folders):
    source, target = folders
    killed_at("unlink", source, target)
    doubled = whole(source).keys() & whole(target).keys()
    assert len(doubled) == 1
    (target / next(iter(doubled))).unlink()  # taken meanwhile
    carry(source, target)
    assert next(iter(doubled)) in whole(target)


def test_half_written_files_are_not_carried(folders):
    source, target = folders
    (source / ".inner-outer-000000000009.zyp.part").write_bytes(b"half")
    assert carry(source, target) == len(BODIES)
    assert len(whole(target)) == len(BODIES)
