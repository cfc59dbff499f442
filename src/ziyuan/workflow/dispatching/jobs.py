"""A dispatch by several processes: each reads and checks batches of its own, and they are written one after the other.

The parent hands out batches and gives the turn to write in their order, so that numbers follow the lines as they do with
one process. A process that is lost, or that loses the database, is followed by another which takes its batch again: what
stood by then is known. Processes whose parent is lost give up what has not had its turn, and end.
"""

import logging
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from django.db import InterfaceError, OperationalError, connections

from ziyuan.workflow.dispatching.batch import Dispatch
from ziyuan.workflow.dispatching.rows import Report, Row
from ziyuan.workflow.errors import DispatchBroken

MOST_LOST = 5  # times that one batch is taken again
READY, DONE, LOST, FAILED = "ready", "done", "lost", "failed"
_fork = multiprocessing.get_context("fork")  # what is compiled goes with the process; no connection does
_log = logging.getLogger("ziyuan.workflow")


@dataclass
class _Batch:
    """Some rows, where they stand among all, and how often whoever had them was lost."""

    number: int
    rows: list[Row]
    lost: int = 0


@dataclass
class _Worker:
    """A process, the batch it has, and whether it waits for its turn."""

    process: Any
    link: Connection
    batch: _Batch | None = None
    ready: bool = False


class Processes:
    """The processes of one dispatch; leaving the block ends them."""

    def __init__(self, dispatch: Dispatch, count: int, trial: bool = False) -> None:
        self.dispatch, self.count, self.trial = dispatch, count, trial
        self.workers: list[_Worker] = []
        self.turn = 0
        self.again: deque[_Batch] = deque()

    def __enter__(self) -> "Processes":
        for _ in range(self.count):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.link.close()
            worker.process.terminate()
            worker.process.join()

    def take(self, batches: Iterable[list[Row]], told: Callable[[Report], None]) -> None:
        """Every batch once; `told` hears of each in their order. Raises DispatchBroken."""
        fresh = (_Batch(number, rows) for number, rows in enumerate(batches))
        ahead = next(fresh, None)
        while True:
            for worker in self.workers:
                if worker.batch is None and (self.again or ahead):
                    if self.again:
                        self._give(worker, self.again.popleft())
                    else:
                        self._give(worker, ahead)
                        ahead = None
                    break
            else:
                busy = [worker for worker in self.workers if worker.batch]
                if not busy and not self.again:
                    return
                for link in wait([worker.link for worker in busy]):
                    self._heard(next(worker for worker in busy if worker.link is link), told)
            if ahead is None:
                ahead = next(fresh, None)

    def _start(self) -> None:
        connections.close_all()
        ours, theirs = _fork.Pipe()
        inherited = [ours, *(worker.link for worker in self.workers)]
        process = _fork.Process(target=_work, args=(self.dispatch, theirs, inherited, self.trial), daemon=True)
        process.start()
        theirs.close()
        self.workers.append(_Worker(process, ours))

    def _give(self, worker: _Worker, batch: _Batch | None) -> None:
        worker.batch, worker.ready = batch, False
        try:
            worker.link.send(batch.rows if batch else None)
        except OSError:
            self._lost(worker, "工作进程中断")

    def _heard(self, worker: _Worker, told: Callable[[Report], None]) -> None:
        try:
            word, what = worker.link.recv()
        except (EOFError, OSError):
            return self._lost(worker, "工作进程中断")
        if word == READY:
            worker.ready = True
        elif word == DONE:
            worker.batch = None
            self.turn += 1
        elif word == LOST:
            self._again(worker, what)
        else:
            raise DispatchBroken(what)
        self._next()
        if word == DONE:
            told(what)
        return None

    def _next(self) -> None:
        """Whoever has the batch whose turn it is may write it."""
        for worker in self.workers:
            if worker.ready and worker.batch and worker.batch.number == self.turn:
                worker.ready = False
                try:
                    worker.link.send(READY)
                except OSError:
                    self._lost(worker, "工作进程中断")
                return

    def _lost(self, worker: _Worker, why: str) -> None:
        """Another process in place of one that is gone."""
        self.workers.remove(worker)
        worker.link.close()
        worker.process.kill()
        worker.process.join()
        self._again(worker, why)
        self._start()

    def _again(self, worker: _Worker, why: str) -> None:
        """The batch of a worker is to be taken again."""
        batch, worker.batch, worker.ready = worker.batch, None, False
        if batch is None:
            return
        batch.lost += 1
        _log.warning("成批下发第 %s 批:%s,重做", batch.number + 1, why)
        if batch.lost > MOST_LOST:
            raise DispatchBroken(why)
        self.again.append(batch)


def _work(dispatch: Dispatch, link: Connection, inherited: list[Connection], trial: bool) -> None:
    """The life of a process: batches, until the parent has no more, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and ends us
    for other in inherited:
        other.close()  # else we would never hear that the parent is gone

    def turn() -> None:
        link.send((READY, None))
        link.recv()

    while True:
        try:
            rows = link.recv()
            link.send((DONE, dispatch.take(rows, turn=turn, trial=trial)))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return
        except (OperationalError, InterfaceError) as lost:
            connections.close_all()
            link.send((LOST, f"数据库连接中断({str(lost).strip()})"))
        except Exception as wrong:
            _log.exception("成批下发的工作进程失败")
            link.send((FAILED, str(wrong) or type(wrong).__name__))
