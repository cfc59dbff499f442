"""Fill a sample node: make three counties and really deliver them, as data officers and the province would."""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from ziyuan.site.sample import deliver
from ziyuan.site.sample.client import Client, account_of
from ziyuan.site.sample.generate import Order, generate

PATCHES = 20_000
YEARS = {"340123": 2, "340121": 1, "341124": 1}
PROVINCE = "340000"
PROCESSES = 2

Accounts = list[dict[str, str]]
Tell = Callable[[str], None]


def load_sample(url: str, accounts: Accounts, *, patches: int = PATCHES, tell: Tell | None = None) -> None:
    """Generate, register control areas, deliver, accept; a second run finds what is there and ends at once.

    Raises NodeSilent, NodeRefused, AccountMissing, DeliveryFailed.
    """
    say = tell or _clocked()
    reviewer = _sign_in(url, accounts, "data_reviewer", PROVINCE)
    missing = {county: years for county, years in YEARS.items() if not _complete(reviewer, county, years)}
    if not missing:
        say("示例县均已入库")
        return
    start = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="ziyuan-sample-") as folder,
        ProcessPoolExecutor(PROCESSES, mp_context=start) as makers,
        ThreadPoolExecutor(len(missing)) as couriers,
    ):
        orders = [
            Order(county, patches, years, out=Path(folder) / county) for county, years in missing.items()
        ]
        made = {order: makers.submit(generate, order) for order in orders}
        sent = [couriers.submit(_bring, url, accounts, order, made[order], say) for order in orders]
        for courier in sent:
            courier.result()


def _bring(url: str, accounts: Accounts, order: Order, made: Future[list[Path]], say: Tell) -> None:
    """One county: its control areas, then year after year."""
    say(f"{order.county}:生成 {order.years} 个年度、各约 {order.patches} 个图斑")
    made.result()
    reviewer = _sign_in(url, accounts, "data_reviewer", PROVINCE)
    officer = _sign_in(url, accounts, "data_officer", order.county)
    deliver.register(reviewer, order.out / "control_areas.csv")
    for year in range(order.first_year, order.last_year + 1):
        package = order.out / f"{order.county}-{year}.zip"
        deliver.bring_in(officer, reviewer, package, order.county, str(year), say)


def _complete(reviewer: Client, county: str, years: int) -> bool:
    wanted = Order(county, years=years)
    found = (deliver.known(reviewer, county, str(y)) for y in range(wanted.first_year, wanted.last_year + 1))
    return all(delivery is not None and delivery["state"] == "sealed" for delivery in found)


def _sign_in(url: str, accounts: Accounts, role: str, region: str) -> Client:
    account = account_of(accounts, role, region)
    return Client(url, account["user"], account["password"])


def _clocked() -> Tell:
    """Progress lines with seconds since the start; several threads may speak."""
    begun, lock = time.monotonic(), threading.Lock()

    def say(line: str) -> None:
        with lock:
            print(f"{time.monotonic() - begun:6.1f} 秒  {line}", flush=True)

    return say
