"""The queue of checks (质检队列): fair between counties, one check of a county at a time, nothing lost by a restart.

What waits stands in the deliveries themselves; a job is only a token that says *look for the next one*. Counties take
turns: the one served longest ago comes first. A county is held by a lock of a database session that ends with the
process, so a killed check is free to be taken up again at once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from statistics import median
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import CheckBroken
from ziyuan.onemap.deliveries.job import WAITING, give_up, read_and_check
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.formats.package import fault_of

MOST_ATTEMPTS = 5
WORKERS = 2  # checks that run side by side; for the estimate only
_SLOWEST = timedelta(hours=6)
_log = logging.getLogger("ziyuan.deliveries")


def wake() -> None:
    """Queue a token in the present transaction."""
    kernel.defer("onemap.check_next")


@kernel.job("onemap.check_next")
def check_next() -> None:
    """Check the delivery whose turn it is, if any may run now; then see that the next one is looked for."""
    with _turn() as delivery:
        if delivery is None:
            return
        _run(delivery)
    with kernel.acting(kernel.system_actor()):
        if Delivery.objects.filter(state__in=WAITING).exists():
            wake()


def _run(delivery: int) -> None:
    """One check. Whatever goes wrong with it becomes, after some attempts, a finding of this delivery and no other."""
    with kernel.acting(kernel.system_actor()):
        attempts = Delivery.objects.values_list("attempts", flat=True).get(pk=delivery)
    if attempts >= MOST_ATTEMPTS:
        give_up(delivery, fault_of(CheckBroken(attempts, "执行质检的进程被终止"), "error", None))
        return
    try:
        read_and_check(delivery=delivery)
    except (OperationalError, InterfaceError):  # the database was away: no fault of the delivery
        _forgive(delivery)
        raise
    except Exception as wrong:
        _log.exception("质检未能完成:汇交 %s,第 %s 次", delivery, attempts + 1)
        if attempts + 1 >= MOST_ATTEMPTS:
            give_up(delivery, fault_of(CheckBroken(attempts + 1, type(wrong).__name__), "error", None))


def _forgive(delivery: int) -> None:
    try:
        with kernel.acting(kernel.system_actor()):
            Delivery.objects.filter(pk=delivery).update(attempts=F("attempts") - 1)
    except (OperationalError, InterfaceError):
        _log.warning("数据库暂不可用,汇交 %s 的质检稍后重来", delivery)


@contextmanager
def _turn() -> Iterator[int | None]:
    """The delivery whose turn it is, its county held until the end; None when every county that waits is busy."""
    session = connection.get_new_connection(connection.get_connection_params())
    session.autocommit = True
    try:
        found = None
        for county in _counties():
            key = f"check:{county}"
            row = session.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 11))", [key]).fetchone()
            if row and row[0]:
                found = _first(county)
                if found is not None:
                    break
                session.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 11))", [key])
        yield found
    finally:
        with suppress(psycopg.Error):  # a lost session holds nothing
            session.execute("SELECT pg_advisory_unlock_all()")  # closing frees the county only when the server notices
        session.close()


def _counties() -> list[str]:
    """Counties with something waiting, the one served longest ago first."""
    return list(dict.fromkeys(row["county"] for row in _plan()))


def _first(county: str) -> int | None:
    with kernel.acting(kernel.system_actor()):
        waiting = Delivery.objects.filter(county=county, state__in=WAITING).order_by("submitted", "pk")
        return waiting.values_list("pk", flat=True).first()


_PLAN = """
WITH served AS (SELECT county, max(started) AS last FROM onemap_delivery WHERE started IS NOT NULL GROUP BY county),
waiting AS (
    SELECT d.id, d.no, d.county, d.size, d.submitted, d.state, d.attempts,
           row_number() OVER (PARTITION BY d.county ORDER BY d.submitted, d.id) AS turn
      FROM onemap_delivery d WHERE d.state IN ('received', 'reading', 'checking'))
SELECT w.id, w.no, w.county, w.size, w.state FROM waiting w LEFT JOIN served s USING (county)
 ORDER BY w.turn, s.last NULLS FIRST, w.submitted, w.id"""


def _plan() -> list[dict[str, Any]]:
    """Everything that waits, in the order in which it will be served, over all counties."""
    with kernel.acting(kernel.system_actor()), connection.cursor() as cursor:
        cursor.execute(_PLAN)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def places() -> dict[int, dict[str, Any]]:
    """Delivery → place in the queue (0: running) and seconds until it should be done, None where nothing is known yet."""
    plan, speed = _plan(), _speed()
    running = [row for row in plan if row["state"] != "received"]
    found: dict[int, dict[str, Any]] = {}
    ahead = 0.0
    for at, row in enumerate([*running, *(r for r in plan if r["state"] == "received")]):
        own = _seconds(row["size"], speed)
        ahead += own or 0.0
        estimate = None if own is None else round(own if row["state"] != "received" else own + (ahead - own) / WORKERS)
        place = 0 if row["state"] != "received" else at - len(running) + 1
        found[row["id"]] = {"place": place, "of": len(plan) - len(running), "estimate_seconds": estimate}
    return found


def _speed() -> list[tuple[int, float]]:
    """(bytes, seconds) of the last checks that came to an end."""
    with kernel.acting(kernel.system_actor()):
        done = Delivery.objects.filter(finished__isnull=False, started__isnull=False, size__gt=0)
        rows = list(done.order_by("-finished").values_list("size", "started", "finished")[:30])
    spent = [(size, finished - started) for size, started, finished in rows if finished and started]
    return [(size, took.total_seconds()) for size, took in spent if timedelta(0) < took < _SLOWEST]


def _seconds(size: int, speed: list[tuple[int, float]]) -> float | None:
    """What a check of this size should take: as long as those of like size took, larger ones in proportion."""
    if not speed:
        return None
    near = sorted(speed, key=lambda known: abs(known[0] - size))[:7]
    usual, middle = median(took for _, took in near), median(known for known, _ in near)
    return max(usual, usual * size / max(middle, 1)) if size > 2 * middle else usual


def queue(by: kernel.Actor) -> dict[str, Any]:
    """The queue as the actor may see it: his region's deliveries with their places; of others only the counts."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        mine = {d.pk: d for d in Delivery.objects.filter(state__in=WAITING)}
    placed = places()
    items = [
        {"delivery": pk, "no": mine[pk].no, "county": mine[pk].county, "county_name": kernel.region(mine[pk].county).name,
         "running": told["place"] == 0, **told}
        for pk, told in placed.items() if pk in mine
    ]  # fmt: skip
    running = sum(told["place"] == 0 for told in placed.values())
    return {"items": items, "running": running, "waiting": len(placed) - running}
