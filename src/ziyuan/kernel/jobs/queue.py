"""Jobs (后台任务) in the database queue: a job is deferred in the transaction of the act that wants it.

A job must be idempotent: it may be killed at any instant and is then run again from its beginning.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)
_log = logging.getLogger("ziyuan.jobs")


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a job. Its arguments are plain JSON values."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        def run(**arguments: Any) -> None:
            _run(name, function, arguments)

        app.task(name=name, retry=RETRY)(run)
        return function

    return register


def every(name: str, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function that the worker runs by the clock (`cron`: minute hour day month weekday), once a turn.

    A turn that fails, for the database was away say, is tried again like any job: a month's turn is not lost.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            _run(name, function, {})

        app.periodic(cron=cron)(app.task(name=name, retry=RETRY)(run))
        return function

    return register


def _run(name: str, function: Callable[..., None], arguments: dict[str, Any]) -> None:
    close_old_connections()
    try:
        function(**arguments)
    except Exception:
        _log.exception("任务 %s 失败,将重试:%s", name, arguments)
        raise
    finally:
        close_old_connections()


def defer(name: str, *, county: str = "", **arguments: Any) -> None:
    """Queue a job in the present transaction. Jobs of one county run one at a time, counties side by side."""
    lock = f"county:{county}" if county else None
    app.configure_task(name, lock=lock).defer(**arguments)
