"""The worker process: runs jobs, brings back those whose worker died, writes audit checkpoints."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from threading import Thread
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.worker import Worker

from ziyuan.kernel.audit.checkpoint import checkpoint

CONCURRENCY = 2
HEARTBEAT = 5.0
STALLED_AFTER = 20.0
LOOKS = 10
LOST_EXIT = 75
_log = logging.getLogger("ziyuan.worker")


async def work(name: str) -> None:
    """Run until told to stop (SIGTERM or SIGINT), or until the database is lost: then the process ends."""
    connected = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    alone = await sync_to_async(_alone, thread_sensitive=False)()
    async with connected.open_async():
        await _revive(connected, 0.0 if alone else STALLED_AFTER)

        async def reviving() -> None:
            await _revive(connected, STALLED_AFTER)

        connected.perform_import_paths()
        worker = Worker(
            connected, name=name, concurrency=CONCURRENCY, listen_notify=True, fetch_job_polling_interval=1.0,
            update_heartbeat_interval=HEARTBEAT, stalled_worker_timeout=STALLED_AFTER, delete_jobs="successful",
        )  # fmt: skip
        Thread(target=_guard, args=(lambda: _beats(worker.worker_id),), daemon=True).start()
        helpers = [asyncio.create_task(_again(HEARTBEAT, reviving)), asyncio.create_task(_again(1.0, _checkpointing))]
        try:
            await worker.run()
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.wait(helpers, timeout=HEARTBEAT)  # a cancellation can be lost on the way; the guard ends the rest


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


def _guard(beats: Callable[[], bool], end: Callable[[], None] | None = None, every: float = 3.0) -> None:
    """End this process after LOOKS looks in a row that found no fresh heartbeat; its supervisor starts it anew.

    In a thread of its own, for what hangs when the database was away may be the loop of the worker itself, or its pool,
    which asks ever more rarely. Looks are counted, not seconds: a long computation that lets no thread run is no loss.
    No job is lost: each is run again from its beginning.
    """
    missed = 0
    while missed < LOOKS:
        time.sleep(every)
        missed = 0 if beats() else missed + 1
    _log.error("后台任务进程连续 %d 次没有新的心跳(数据库曾经中断),进程退出,由守护进程重新启动", missed)
    (end or _leave)()


def _beats(worker: int | None) -> bool:
    """Has the worker of this number written its heartbeat in time?"""
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM procrastinate_workers WHERE id = %s AND last_heartbeat > now() - make_interval(secs => %s)",
                [worker, STALLED_AFTER],
            )
            return cursor.fetchone() is not None
    except DatabaseError:
        return False
    finally:
        close_old_connections()


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
