"""The worker process: runs jobs, brings back those whose worker died, writes audit checkpoints."""

import asyncio
import contextlib
import logging
import os
import time
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
LOST_AFTER = 30.0
LOST_EXIT = 75
_log = logging.getLogger("ziyuan.worker")


async def work(name: str) -> None:
    """Run until told to stop (SIGTERM or SIGINT)."""
    connected = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    alone = await sync_to_async(_alone, thread_sensitive=False)()
    async with connected.open_async():
        await _revive(connected, 0.0 if alone else STALLED_AFTER)

        async def reviving() -> None:
            await _revive(connected, STALLED_AFTER)

        turns = (_again(HEARTBEAT, reviving), _again(1.0, _checkpointing), _watch(connected.check_connection_async, LOST_AFTER))
        helpers = [asyncio.create_task(turn) for turn in turns]
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


async def _watch(ask: Callable[[], Awaitable[object]], lost_after: float, end: Callable[[], None] | None = None) -> None:
    """End this process when the database has not answered for that many seconds; its supervisor starts it anew.

    A connection pool asks ever more rarely for a database that is away, up to minutes; a new process asks at once. No
    job is lost: each is run again from its beginning.
    """
    answered = time.monotonic()
    while True:
        await asyncio.sleep(lost_after / 10)
        try:
            await asyncio.wait_for(ask(), lost_after)
            answered = time.monotonic()
        except Exception:
            if time.monotonic() - answered >= lost_after:
                _log.exception("数据库已 %d 秒没有应答,后台任务进程退出,由守护进程重新启动", lost_after)
                (end or _leave)()


def _leave() -> None:
    """Without waiting for jobs: they stand in the same queue for a worker that has a database."""
    logging.shutdown()
    os._exit(LOST_EXIT)


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
