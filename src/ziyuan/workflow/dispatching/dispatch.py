"""Mass dispatch (成批下发): many cases of one matter from rows, as if each had been opened by itself.

Each batch is one transaction: numbers taken as ranges, cases alike begun as the first of them, rows written set-wise, one
audit row for each county. A row whose outer number has a case already is passed over: killed at any moment and run
again, every row has its case once.
"""

import os
from collections.abc import Callable, Iterable
from itertools import chain, islice

from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.dispatching.batch import Dispatch
from ziyuan.workflow.dispatching.jobs import Processes
from ziyuan.workflow.dispatching.rows import Batches, Report, Row
from ziyuan.workflow.errors import DispatchRefused

__all__ = ["BATCH", "MOST_JOBS", "Report", "Row", "dispatch"]

BATCH = 1000
LARGE = 5000  # rows from which on several processes are worth their start
MOST_JOBS = 8
PERMISSION = "case.dispatch"
Progress = Callable[[Report], None]


def dispatch(
    by: kernel.Actor,
    matter: str,
    rows: Iterable[Row],
    *,
    whole: bool = False,
    batch: int = BATCH,
    jobs: int | None = None,
    progress: Progress = lambda report: None,
) -> Report:
    """Open a case for each row. `whole`: every row is tried first, and one bad row refuses all (DispatchRefused).

    Bad rows are reported by line and reason and do not stop the others. After each batch, which then stands for good,
    `progress` is told. `jobs` processes share the work: for a long list as many as there are cores, where nothing is
    said; in a transaction of the caller's always this one. Raises NotAllowed, UnknownMatter, DispatchBroken.
    """
    kernel.require(by, PERMISSION)
    work = Dispatch(by, runtime(matter))
    if jobs is None:
        first = list(islice(rows := iter(rows), LARGE + 1))
        jobs = min(os.cpu_count() or 1, MOST_JOBS) if len(first) > LARGE else 1
        rows = chain(first, rows)
    if connection.in_atomic_block:
        jobs = 1
    if whole:
        rows = list(rows)
        tried = _taken(work, rows, batch, jobs, trial=True)
        if tried.faults:
            raise DispatchRefused(tried.faults)
    return _taken(work, rows, batch, jobs, progress)


def _taken(
    work: Dispatch, rows: Iterable[Row], batch: int, jobs: int, progress: Progress = lambda report: None, trial: bool = False
) -> Report:
    report = Report()

    def told(one: Report) -> None:
        report.add(one)
        progress(report)

    batches = Batches(rows, batch, report)
    if jobs > 1:
        with Processes(work, jobs, trial) as processes:
            processes.take(batches, told)
    else:
        for part in batches:
            told(work.take(part, trial=trial))
    return report
