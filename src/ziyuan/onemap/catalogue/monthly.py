"""On the first of each month the draft of the last month's bulletin lies ready."""

from datetime import timedelta

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.bulletin import make


@kernel.every("onemap.bulletin", "0 2 1 * *")  # the worker's clock is UTC: ten in the morning here
def draft_of_last_month() -> None:
    """Count the month that has ended; a draft that is there stays."""
    last = kernel.today().replace(day=1) - timedelta(days=1)
    make(kernel.system_actor("通报"), last.strftime("%Y-%m"))
