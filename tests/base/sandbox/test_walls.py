"""The walls of the sandbox, each with its negative control: without it the attack works."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from ziyuan.base import sandbox
from ziyuan.base.sandbox import check, run
from ziyuan.base.sandbox.errors import AnswerMalformed, FileCrashed, FileUnreadable, LimitBroken, WallsMissing
from ziyuan.base.sandbox.limits import Limits

READ_WITHOUT_WALLS = "import sys, pyogrio; print(pyogrio.read_arrow(sys.argv[1])[1].column('b')[0])"


@pytest.fixture
def bait(tmp_path):
    return sandbox.disguised_vrt(tmp_path)


def test_a_vrt_dressed_as_shapefile_is_refused(bait):
    with pytest.raises(FileUnreadable, match=r"patches\.shp"):
        sandbox.read_vector(bait, "ESRI Shapefile")


def test_without_the_walls_the_same_file_reads_a_table_of_the_server(bait):
    told = subprocess.run(
        [sys.executable, "-c", READ_WITHOUT_WALLS, str(bait)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "classified"


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON", "ESRI Shapefile"])
def test_no_allowed_driver_reads_the_disguise(bait, driver):
    with pytest.raises(FileUnreadable):
        sandbox.read_vector(bait, driver)


def test_only_the_named_driver_is_left(bait):
    skipped = set(run.skip_all_but("GPKG").split(","))
    assert set(run.drivers()) - skipped == {"GPKG"}
    assert "OGR_VRT" in skipped


def test_the_self_check_proves_all_walls():
    walls = sandbox.self_check()
    assert walls.ok and walls.driver and walls.network and walls.writing


def test_a_missing_wall_closes_uploads_and_says_why(monkeypatch):
    monkeypatch.setattr(run, "skip_all_but", lambda driver: "")
    monkeypatch.setattr(check, "skip_all_but", lambda driver: "")
    monkeypatch.setattr(check, "_last", None)
    with pytest.raises(WallsMissing) as refused:
        sandbox.require_walls()
    assert refused.value.facts["reasons"]


def test_a_machine_too_busy_for_the_check_takes_uploads_again_later_without_a_restart(monkeypatch):
    busy, tries = check.Walls(False, False, False, False, ("自检超时",)), []
    monkeypatch.setattr(check, "_last", (busy, time.monotonic()))
    monkeypatch.setattr(check, "_tried", lambda: tries.append(1) or check.Walls(True, True, True, True, ()))
    assert not sandbox.self_check().ok and not tries, "asked often, tried seldom"
    monkeypatch.setattr(check, "_last", (busy, time.monotonic() - check.AGAIN_AFTER - 1))
    assert sandbox.self_check().ok
    assert sandbox.self_check().ok and len(tries) == 1


def test_a_child_without_network_walls_is_noticed():
    walls = check._judge(True, {"network": False, "writing": True, "files": True})
    assert not walls.ok
    assert "网络" in walls.reasons[0]


def test_the_probe_does_all_of_it_when_nothing_hinders_it(bait):
    """Negative control: the same attempts, made by an ordinary process, all succeed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        request = {"port": listener.getsockname()[1], "outside": str(bait.parent.parent / "secret.csv"),
                   "file": str(bait), "parent": os.getpid(), "open_files": 64, "memory_mb": 4096}  # fmt: skip
        source = (
            f"import sys, json; sys.path.insert(0, {run.SOURCE!r})\n"
            "from ziyuan.base.sandbox.probe import probe\n"
            "print(json.dumps(probe(json.loads(sys.argv[1]))))"
        )
        told = subprocess.run(
            [sys.executable, "-c", source, json.dumps(request)], capture_output=True, text=True, check=True
        )
    tried = json.loads(told.stdout)
    assert tried.pop("threads") is True and set(tried.values()) == {False} and len(tried) == 9


def test_all_walls_hold_and_reading_keeps_its_threads(bait):
    assert set(check._probe(bait).values()) == {True}


def _run(do: str, limits: Limits, source: str, monkeypatch) -> None:
    """Run a child whose reader is replaced by hostile code, under the true limits."""
    monkeypatch.setattr(run, "_START", source)
    request = {"do": do, "file": "/nonexistent/x.gpkg", "driver": "GPKG", "skip": "", "layers": None}
    list(run.exchange(request, limits))


_WALLED = (
    "import sys; sys.path.insert(0, {src!r}); import json; r = json.loads(sys.stdin.readline())\n"
    "from ziyuan.base.sandbox import walls; walls.limit(r['memory_mb'], r['cpu_s'], r['open_files'])\n"
)


def test_a_child_that_runs_for_ever_is_stopped_by_its_processor_time(monkeypatch):
    with pytest.raises(LimitBroken, match="处理器时间"):
        _run("x", Limits(cpu_s=1, wall_s=20), _WALLED + "while True: pass", monkeypatch)


def test_a_child_that_sleeps_is_stopped_by_the_clock(monkeypatch):
    began = time.monotonic()
    with pytest.raises(LimitBroken, match="时间限制"):
        _run("x", Limits(wall_s=1), _WALLED + "import time; time.sleep(60)", monkeypatch)
    assert time.monotonic() - began < 10


def test_a_child_that_takes_too_much_memory_is_named_so(monkeypatch):
    code = _WALLED + (
        "import struct\n"
        "try: x = bytearray(1 << 30)\n"
        "except MemoryError:\n"
        " b = json.dumps(dict(kind='memory', why='')).encode()\n"
        " sys.stdout.buffer.write(b'E' + struct.pack('<Q', len(b)) + b)\n"
    ).replace("{", "{{").replace("}", "}}").replace("{{src!r}}", "{src!r}")
    with pytest.raises(LimitBroken, match="内存限制"):
        _run("x", Limits(memory_mb=256, wall_s=20), code, monkeypatch)


def test_a_flood_over_the_pipe_is_cut(monkeypatch):
    code = _WALLED + "import struct\nsys.stdout.buffer.write(b'W' + struct.pack('<Q', 1 << 40))\n"
    with pytest.raises(LimitBroken, match="输出量"):
        _run("x", Limits(output_mb=1, wall_s=20), code, monkeypatch)


def test_a_crash_is_a_named_error_not_a_hang(monkeypatch):
    code = _WALLED + "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    with pytest.raises(FileCrashed, match="SIGSEGV"):
        _run("x", Limits(wall_s=20), code, monkeypatch)


@pytest.mark.parametrize("noise", [b"hello, I am no frame", b"L\x05\0\0\0\0\0\0\0[1,2]", b"A\x02\0\0\0\0\0\0\0ab"])
def test_an_answer_that_breaks_the_agreement_is_thrown_away(monkeypatch, noise, tmp_path):
    monkeypatch.setattr(run, "_START", _WALLED + f"sys.stdout.buffer.write({noise!r})".replace("{", "{{"))
    with pytest.raises((AnswerMalformed, FileCrashed)):
        sandbox.read_vector(tmp_path / "x.gpkg", "GPKG", limits=Limits(wall_s=20))


def test_the_child_sees_no_secret_in_its_environment(monkeypatch):
    monkeypatch.setenv("ZIYUAN_OWNER", "/secret")
    code = _WALLED + "import os, struct\nb = json.dumps(sorted(os.environ)).encode()\n"
    code += "sys.stdout.buffer.write(b'W' + struct.pack('<Q', len(b)) + b + b'.' + bytes(8))\n"
    monkeypatch.setattr(run, "_START", code)
    request = {"do": "x", "file": "x", "driver": "GPKG", "skip": ""}
    ((_kind, body),) = run.exchange(request, Limits(wall_s=20))
    names = set(json.loads(body))
    assert "ZIYUAN_OWNER" not in names and len(names) < 12


def test_no_child_is_left_when_a_reading_is_given_up(bait):
    before = _children()
    with pytest.raises(FileUnreadable):
        sandbox.read_vector(bait, "ESRI Shapefile")
    assert _children() == before


def _children() -> set[str]:
    listed = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True)
    return {line for line in listed.stdout.splitlines() if "sandbox" in line}


_WITHOUT = (
    "import sys; sys.path.insert(0, {src!r})\n"
    "from ziyuan.base.sandbox import walls\n"
    "%s"
    "from ziyuan.base.sandbox.child import main; main()\n"
)
_NO_NAMESPACE = "walls.leave_network = lambda: False\n"
_NO_SECCOMP = "walls.refuse_calls = lambda: False\n"
_NO_LANDLOCK = "walls.see_only = lambda folders: False\n"
_NO_LIMITS = "walls.limit = lambda *numbers: None\n"
_NAMESPACES = (  # refused inside a chroot, for one; seccomp stands alone there
    subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode == 0
)


@pytest.mark.parametrize(
    ("left_out", "wall", "holds"),
    [
        (_NO_NAMESPACE, "network", True),  # seccomp alone refuses sockets
        (_NO_SECCOMP, "network", _NAMESPACES),  # an empty namespace alone has no device
        (_NO_NAMESPACE + _NO_SECCOMP, "network", False),
        (_NO_LANDLOCK, "files", False),
        (_NO_LANDLOCK, "writing", True),  # the limit on file size alone lets nothing be written
        (_NO_LIMITS, "writing", True),  # Landlock alone refuses writing
        (_NO_LANDLOCK + _NO_LIMITS, "writing", False),
        (_NO_SECCOMP, "changing", False),
        (_NO_SECCOMP, "programs", True),  # Landlock alone lets no program be run
        (_NO_SECCOMP + _NO_LANDLOCK, "programs", False),
        (_NO_SECCOMP, "processes", False),
        (_NO_SECCOMP, "signals", False),
        (_NO_LIMITS, "handles", False),
        (_NO_LIMITS, "memory", False),
    ],
)
def test_each_wall_is_seen_to_fall_when_it_is_left_out(bait, monkeypatch, left_out, wall, holds):
    run.drivers()
    monkeypatch.setattr(run, "_START", _WITHOUT % left_out)
    assert check._probe(bait)[wall] is holds


def test_the_parent_outlives_every_death_of_a_child_and_names_it(monkeypatch):
    deaths = {
        "while True: pass": "处理器时间",
        "import os; os.abort()": "内存",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": "系统内存",
        "import os, signal; os.kill(os.getpid(), signal.SIGBUS)": "SIGBUS",
        "import os; os._exit(7)": "退出码 7",
        "pass": "退出码 0",
    }
    for code, word in deaths.items():
        with pytest.raises((LimitBroken, FileCrashed), match=word):
            _run("x", Limits(cpu_s=1, wall_s=20), _WALLED + code, monkeypatch)
