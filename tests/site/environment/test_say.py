"""Steps: their output is kept, their failure told, an interrupted one leaves nothing running."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ziyuan.site.environment import say
from ziyuan.site.environment.errors import StepFailed


def test_a_failing_tool_is_told_with_step_log_last_lines_and_remedy(folder: Path) -> None:
    log = folder / "x.log"
    with pytest.raises(StepFailed) as failed, say.step("装东西") as progress:
        say.run(
            progress,
            [sys.executable, "-c", "print('盘满了'); raise SystemExit(3)"],
            log,
            remedy="请清理磁盘。",
        )
    text = failed.value.to_text()
    assert all(part in text for part in ("装东西", str(log), "盘满了", "请清理磁盘。"))


def test_a_missing_tool_is_a_failed_step_not_a_trace(folder: Path) -> None:
    with pytest.raises(StepFailed, match="nosuchtool"), say.step("找工具") as progress:
        say.run(progress, ["nosuchtool"], folder / "x.log")


def test_the_whole_output_is_in_the_log(folder: Path) -> None:
    with say.step("说话") as progress:
        say.run(progress, [sys.executable, "-c", "for i in range(500): print('行', i)"], folder / "x.log")
    assert "行 499" in (folder / "x.log").read_text() and "行 0\n" in (folder / "x.log").read_text()


def test_a_step_of_over_two_seconds_shows_progress_and_its_end(folder: Path, capsys) -> None:
    with say.step("慢步骤") as progress:
        say.run(
            progress,
            [sys.executable, "-c", "import time; print('第一半', flush=True); time.sleep(2.6)"],
            folder / "x.log",
        )
    shown = capsys.readouterr().err
    assert "… 慢步骤(2 秒) 第一半" in shown
    assert "✓ 慢步骤" in shown


def test_an_interrupted_step_leaves_no_tool_running(folder: Path) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run started in the background is born deaf to Ctrl-C
    threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT]).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), say.step("长步骤") as progress:
        say.run(progress, [sys.executable, "-c", "import time; time.sleep(55.5)"], folder / "x.log")
    assert time.monotonic() - started < 30
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "time.sleep(55.5)" not in listed
