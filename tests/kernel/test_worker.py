"""The worker's own turns (bringing back jobs, checkpoints) outlast a database that is away for a while."""

import asyncio

import pytest
from django.db import OperationalError
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from ziyuan.kernel.jobs.worker import _again, _watch


def test_a_failed_turn_is_told_and_the_next_one_comes(caplog):
    turns = []

    async def step() -> None:
        turns.append(len(turns))
        if len(turns) == 1:
            raise OperationalError("server closed the connection")
        if len(turns) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_again(0.0, step))
    assert turns == [0, 1, 2]
    assert "将重试" in caplog.text


class Ended(BaseException):
    """Instead of the end of this process."""


def watched(*answers: bool) -> int:
    """How often the watch asked, one entry an answer, until it ended the process or the answers were used up."""
    asked = 0

    async def ask() -> None:
        nonlocal asked
        if asked == len(answers):
            raise asyncio.CancelledError
        asked += 1
        if not answers[asked - 1]:
            await asyncio.sleep(3600)

    def end() -> None:
        raise Ended

    with pytest.raises((Ended, asyncio.CancelledError)) as told:
        asyncio.run(_watch(ask, 0.05, end))
    return -asked if told.type is Ended else asked


def test_a_worker_whose_database_does_not_answer_ends_so_that_a_new_one_begins():
    assert watched(True, False) == -2
    assert watched(True, True, True) == 3, "while it answers, nothing ends"


def test_whatever_the_worker_runs_is_tried_again_when_the_database_was_away():
    """Also what runs by the clock: a bulletin of the month, or the nightly cut, must not be lost to one bad moment."""
    tasks = [task for name, task in app.tasks.items() if not name.startswith(("procrastinate.", "builtin:"))]
    assert {"onemap.deliveries_sweep", "onemap.cut_editions", "onemap.bulletin", "onemap.check_next"} <= {t.name for t in tasks}
    for task in tasks:
        away = task.get_retry_exception(OperationalError("server closed the connection"), Job(
            id=1, queue="default", lock=None, queueing_lock=None, task_name=task.name, attempts=0
        ))  # fmt: skip
        assert away is not None, task.name
