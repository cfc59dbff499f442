"""The worker's own turns (bringing back jobs, checkpoints) outlast a database that is away for a while."""

import asyncio

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from ziyuan.kernel.jobs.worker import LOOKS, _again, _beats, _guard


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


def looked(*answers: bool) -> int:
    """How many of the answers the guard took before it ended the process; 0 when it never did."""
    left = list(answers)

    def beats() -> bool:
        if not left:
            raise StopIteration
        return left.pop(0)

    def end() -> None:
        raise Ended

    with pytest.raises((Ended, StopIteration)) as told:
        _guard(beats, end, every=0.0)
    return len(answers) - len(left) if told.type is Ended else 0


def test_a_worker_without_heartbeat_ends_so_that_a_new_one_begins():
    assert looked(True, *[False] * LOOKS) == LOOKS + 1
    assert looked(*[False] * (LOOKS - 1), True, *[False] * (LOOKS - 1), True) == 0, "one that comes to itself goes on"


def test_a_heartbeat_counts_while_it_is_fresh_and_of_this_worker(committed_db):
    worker = told("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    assert _beats(worker) and not _beats(worker + 1) and not _beats(None)
    told("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id = %s RETURNING id", worker)
    assert not _beats(worker)
    told("DELETE FROM procrastinate_workers WHERE id = %s RETURNING id", worker)


def told(statement: str, *values: int) -> int:
    """The number that a statement gives, on the connection of now: to look at a heartbeat may give up an old one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


def test_whatever_the_worker_runs_is_tried_again_when_the_database_was_away():
    """Also what runs by the clock: a bulletin of the month, or the nightly cut, must not be lost to one bad moment."""
    tasks = [task for name, task in app.tasks.items() if not name.startswith(("procrastinate.", "builtin:"))]
    assert {"onemap.deliveries_sweep", "onemap.cut_editions", "onemap.bulletin", "onemap.check_next"} <= {t.name for t in tasks}
    for task in tasks:
        away = task.get_retry_exception(OperationalError("server closed the connection"), Job(
            id=1, queue="default", lock=None, queueing_lock=None, task_name=task.name, attempts=0
        ))  # fmt: skip
        assert away is not None, task.name
