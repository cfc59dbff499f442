"""Mass dispatch (成批下发): many cases of one matter from rows, as if each had been opened by itself.

Each batch is one transaction: numbers taken as ranges, cases alike begun as the first of them, rows written set-wise, one
audit row for each county. A row whose outer number has a case already is passed over: killed at any moment and run
again, every row has its case once.
"""

from collections.abc import Callable, Iterable

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import runtime
from ziyuan.workflow.dispatching.batch import Dispatch
from ziyuan.workflow.dispatching.rows import Batches, Report, Row
from ziyuan.workflow.errors import DispatchRefused

__all__ = ["BATCH", "Report", "Row", "dispatch"]

BATCH = 1000
PERMISSION = "case.dispatch"
Progress = Callable[[Report], None]


def dispatch(
    by: kernel.Actor,
    matter: str,
    rows: Iterable[Row],
    *,
    whole: bool = False,
    batch: int = BATCH,
    progress: Progress = lambda report: None,
) -> Report:
    """Open a case for each row. `whole`: every row is tried first, and one bad row refuses all (DispatchRefused).

    Bad rows are reported by line and reason and do not stop the others. After each batch, which then stands for good,
    `progress` is told. Raises NotAllowed, UnknownMatter.
    """
    kernel.require(by, PERMISSION)
    work = Dispatch(by, runtime(matter))
    if whole:
        rows = list(rows)
        tried = Report()
        for part in Batches(rows, batch, tried):
            tried.add(work.take(part, trial=True))
        if tried.faults:
            raise DispatchRefused(tried.faults)
    report = Report()
    for part in Batches(rows, batch, report):
        report.add(work.take(part))
        progress(report)
    return report
