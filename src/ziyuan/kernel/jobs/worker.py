"""The worker process: runs jobs, brings back those whose worker died, writes audit checkpoints."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from ziyuan.kernel.audit.checkpoint import checkpoint

CONCURRENCY = 2
HEARTBEAT = 5.0
STALLED_AFTER = 20.0
_log = logging.getLogger("ziyuan.worker")


async def work(name: str) -> None:
    """Run until told to stop (SIGTERM or SIGINT)."""
    connected = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    alone = await sync_to_async(_alone, thread_sensitive=False)()
    async with connected.open_async():
        await _revive(connected, 0.0 if alone else STALLED_AFTER)

        async def reviving() -> None:
            await _revive(connected, STALLED_AFTER)

        helpers = [asyncio.create_task(_again(HEARTBEAT, reviving)), asyncio.create_task(_again(1.0, _checkpointing))]
        try:
            await connected.run_worker_async(
                name=name,
                concurrency=CONCURRENCY,
                listen_notify=True,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED_AFTER,
                delete_jobs="successful",
            )
        finally:
            for helper in helpers:
                helper.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await helper


def _alone() -> Any:
    """The session that holds the node's worker lock while this process lives, or None when another holds it."""
    session = connection.get_new_connection(connection.get_connection_params())
    session.autocommit = True
    row = session.execute("SELECT pg_try_advisory_lock(hashtext('ziyuan.worker'))").fetchone()
    if row and row[0]:
        return session
    session.close()
    return None


async def _again(every: float, step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step for as long as the worker lives: a database that is away for a while ends one turn, not all."""
    while True:
        await asyncio.sleep(every)
        try:
            await step()
        except Exception:
            _log.warning("%s 未完成,将重试", step.__name__, exc_info=True)


async def _revive(connected: App, silent_for: float) -> None:
    """Queue again every job whose worker has been silent for that long."""
    for stalled in await connected.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_for):
        if stalled.status == Status.DOING.value:
            _log.warning("任务 %s(%s)的执行者已中断,重新排队", stalled.id, stalled.task_name)
        await connected.job_manager.retry_job(stalled)


async def _checkpointing() -> None:
    await sync_to_async(_checkpoint_once, thread_sensitive=False)()


def _checkpoint_once() -> None:
    close_old_connections()
    try:
        checkpoint()
    finally:
        close_old_connections()
