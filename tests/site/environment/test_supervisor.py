"""The supervisor over real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ziyuan.site.environment import supervisor

STAY = "import time\nwhile True: time.sleep(1)"


def until(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Running, not merely waiting to be buried."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Group:
    """A supervisor process over the given programs."""

    def __init__(self, folder: Path, programs: dict[str, str]) -> None:
        self.folder = folder
        spec = [
            {
                "name": name,
                "argv": [sys.executable, "-c", text],
                "env": dict(os.environ),
                "log": str(folder / f"{name}.log"),
            }
            for name, text in programs.items()
        ]
        (folder / "spec.json").write_text(json.dumps({"processes": spec}))
        argv = [sys.executable, "-m", "ziyuan.site.environment.supervisor", str(folder / "spec.json")]
        self.process = subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})

    def told(self, name: str) -> dict:
        path = self.folder / "state.json"
        return (
            json.loads(path.read_text())["processes"][name] if path.exists() else {"pid": None, "restarts": 0}
        )

    def pid(self, name: str) -> int | None:
        return self.told(name)["pid"]


@pytest.fixture
def make(folder: Path) -> Iterator[Callable[..., Group]]:
    made: list[Group] = []

    def start(**programs: str) -> Group:
        made.append(Group(folder, programs))
        return made[-1]

    yield start
    for group in made:
        group.process.terminate()
        group.process.wait(40)


def test_a_killed_process_is_started_again(make) -> None:
    group = make(web=STAY)
    assert until(lambda: group.pid("web"))
    first = group.pid("web")
    os.kill(first, signal.SIGKILL)
    assert until(lambda: group.pid("web") not in (None, first))
    assert group.told("web")["restarts"] == 1


def test_killing_one_leaves_the_others_alone(make) -> None:
    group = make(web=STAY, worker=STAY)
    assert until(lambda: group.pid("web") and group.pid("worker"))
    other = group.pid("worker")
    os.kill(group.pid("web"), signal.SIGKILL)
    assert until(lambda: group.told("web")["restarts"] == 1 and group.pid("web"))
    assert group.pid("worker") == other


def test_a_stop_request_ends_every_process_and_the_supervisor(make, folder: Path) -> None:
    group = make(web=STAY, worker=STAY)
    assert until(lambda: group.pid("web") and group.pid("worker"))
    pids = [group.pid("web"), group.pid("worker")]
    (folder / "stop").touch()
    assert group.process.wait(20) == 0
    assert not any(alive(pid) for pid in pids)
    assert not (folder / "state.json").exists()


def test_no_process_outlives_a_killed_supervisor(make) -> None:
    group = make(web=STAY)
    assert until(lambda: group.pid("web"))
    child = group.pid("web")
    group.process.kill()
    assert until(lambda: not alive(child))


def test_a_process_that_will_not_start_is_tried_ever_more_rarely(make) -> None:
    group = make(broken="import sys; print('缺一个设置'); sys.exit(3)")
    assert until(lambda: group.told("broken")["restarts"] >= 3)
    time.sleep(2)
    assert group.told("broken")["restarts"] < 8
    assert group.told("broken")["last_exit"] == 3
    assert "缺一个设置" in (group.folder / "broken.log").read_text()


def test_the_wait_doubles_up_to_its_ceiling() -> None:
    waits = [supervisor.back_off(n) for n in range(1, 12)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-1] == supervisor.LONGEST_WAIT_SECONDS
    assert waits == sorted(waits)
