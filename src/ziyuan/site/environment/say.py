"""What the person at the terminal sees: each step with its progress, on stderr."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ziyuan.site.environment.errors import StepFailed

QUIET_SECONDS = 2.0
REPEAT_SECONDS = 15.0


class Progress:
    """The line of a running step: seconds passed and the latest note."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.note = ""
        self.started = time.monotonic()
        self._over = threading.Event()
        self._live = sys.stderr.isatty()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def _tick(self) -> None:
        wait = 1.0 if self._live else QUIET_SECONDS
        while not self._over.wait(wait):
            line = f"… {self.title}({self.seconds:.0f} 秒){' ' + self.note if self.note else ''}"
            _write(f"\r\033[K{line[:110]}" if self._live else f"{line}\n")
            wait = 1.0 if self._live else REPEAT_SECONDS

    def close(self, mark: str) -> None:
        self._over.set()
        self._thread.join()
        took = f"({self.seconds:.1f} 秒)" if self.seconds >= 0.1 else ""
        _write(f"{chr(13) + chr(27) + '[K' if self._live else ''}{mark} {self.title}{took}\n")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


@contextmanager
def step(title: str) -> Iterator[Progress]:
    """Show a step while it runs; quiet ones appear when they end."""
    progress = Progress(title)
    try:
        yield progress
    except BaseException:
        progress.close("✗")
        raise
    progress.close("✓")


def note(text: str) -> None:
    """One line of information."""
    _write(f"  {text}\n")


def warn(text: str) -> None:
    """One line the person should act on some day."""
    _write(f"! {text}\n")


def run(
    progress: Progress,
    argv: list[str],
    log: Path,
    *,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    remedy: str | None = None,
) -> None:
    """Run a tool of a step; its output goes to `log`, its last line to the screen. Raises StepFailed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", buffering=1, encoding="utf-8") as file:
        file.write(f"\n$ {' '.join(argv)}\n")
        file.flush()
        start = file.tell()
        try:
            child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                text=True,
                errors="replace",
                **as_user(user),
            )
        except OSError as error:
            raise StepFailed(progress.title, log, f"{argv[0]}: {error.strerror}", remedy) from error
        code = _follow(progress, child, file)
    if code:
        raise StepFailed(progress.title, log, tail(log, start), remedy)


def _follow(progress: Progress, child: subprocess.Popen[str], file: IO[str]) -> int:
    """Copy a tool's output while it runs; a step that is interrupted leaves no tool at work behind."""
    try:
        with child.stdout as lines:  # type: ignore[union-attr]
            for line in lines:
                file.write(line)
                progress.note = line.strip()[:70]
        return child.wait()
    except BaseException:
        child.terminate()
        child.wait()
        raise


def as_user(user: str | None) -> dict[str, Any]:
    """Arguments for subprocess that make a child run as `user` and nothing more (None: as the caller)."""
    if user is None:
        return {}
    import pwd

    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": os.getgrouplist(user, entry.pw_gid)}


def tail(log: Path, start: int = 0, lines: int = 12) -> str:
    """The last lines a tool wrote."""
    with log.open("rb") as file:
        file.seek(start)
        text = file.read()[-20_000:].decode("utf-8", "replace")
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
