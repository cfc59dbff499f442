"""The inbox as a table (导出)."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.tasks.inbox import Asked, all_rows
from ziyuan.workflow.tasks.inbox_rows import as_csv

EXPORT_LIMIT = 10_000


def tasks_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """A box as CSV, filtered and sorted as it is shown. Raises NotAllowed."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        return as_csv(all_rows(by, Asked(**asked), EXPORT_LIMIT))
