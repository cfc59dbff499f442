"""Keep a group of processes alive: start, restart with back-off, stop all on request.

Runs as the user of its processes (`python -m ziyuan.site.environment.supervisor SPEC`), detached from the
terminal. Beside SPEC it keeps `state.json` (what runs, how often restarted) and obeys a file `stop`.
Its children die with it, so a killed supervisor leaves nothing behind.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.2
SHORT_LIFE_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 15.0
STOP_SECONDS = 30.0
LARGEST_LOG = 20_000_000
FAST_SHUTDOWN = signal.SIGINT  # to PostgreSQL: end connections, write everything, stop
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: Path
    stop: signal.Signals
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    failures: int = 0
    start_at: float = 0.0
    last_exit: int | None = None

    def start(self, now: float) -> None:
        _turn_over(self.log)
        with self.log.open("ab") as out:
            out.write(f"--- {time.strftime('%F %T')} {self.name} ---\n".encode())
            out.flush()
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop),
            )
        self.started = now

    def look(self, now: float) -> bool:
        """Start it when it is due, notice when it ended; True when something changed."""
        if self.process is None:
            if now < self.start_at:
                return False
            self.start(now)
            return True
        code = self.process.poll()
        if code is None:
            return False
        self.last_exit, self.process = code, None
        self.restarts += 1
        self.failures = self.failures + 1 if now - self.started < SHORT_LIFE_SECONDS else 1
        self.start_at = now + back_off(self.failures)
        return True

    def told(self) -> dict[str, Any]:
        pid = self.process.pid if self.process else None
        return {"pid": pid, "restarts": self.restarts, "last_exit": self.last_exit, "log": str(self.log)}


@dataclass
class Supervisor:
    """All children of one specification file."""

    folder: Path
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    @classmethod
    def read(cls, spec: Path) -> "Supervisor":
        told = json.loads(spec.read_text(encoding="utf-8"))
        children = [
            Child(c["name"], c["argv"], c["env"], Path(c["log"]), signal.Signals[c.get("stop", "SIGTERM")])
            for c in told["processes"]
        ]
        return cls(spec.parent, children)

    def run(self) -> None:
        (self.folder / "stop").unlink(missing_ok=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "stopping", True))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        while not self.stopping and not (self.folder / "stop").exists():
            now = time.monotonic()
            if sum(child.look(now) for child in self.children):
                self.tell()
            time.sleep(POLL_SECONDS)
        self.stop()

    def stop(self) -> None:
        """Ask every process to end, last started first; kill what does not end in time."""
        running = [(c.process, c.stop) for c in reversed(self.children) if c.process is not None]
        for process, number in running:
            process.send_signal(number)
        end = time.monotonic() + STOP_SECONDS
        for process, _number in running:
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        (self.folder / "state.json").unlink(missing_ok=True)

    def tell(self) -> None:
        text = json.dumps({"pid": os.getpid(), "processes": {c.name: c.told() for c in self.children}})
        fresh = self.folder / "state.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.folder / "state.json")


def back_off(failures: int) -> float:
    """Seconds to wait before the next start: at once the first time, then doubling."""
    return min(0.2 * 2 ** (failures - 1), LONGEST_WAIT_SECONDS)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For preexec_fn: the child gets `number` when the process that started it ends."""
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(number)) and None


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))


if __name__ == "__main__":
    Supervisor.read(Path(sys.argv[1])).run()
