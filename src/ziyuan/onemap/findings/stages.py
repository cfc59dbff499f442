"""Before and after (前后环节检查): does each stage of a business come after the one it names, as a report over stock."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.findings.chains import After, Chain, Stage, chain, chains
from ziyuan.onemap.quality.finding import SEVERITY_TITLES
from ziyuan.onemap.standards import library

MOST = 1000
"""Problems listed one by one; the rest is counted."""
CHECKS = {
    "no_number": "缺少本环节的编号", "repeated_number": "编号重复", "no_reference": "没有填写前一环节的编号",
    "unknown_reference": "前一环节的编号查不到", "too_early": "日期早于前一环节", "area_grown": "面积大于前一环节",
}  # fmt: skip


class Row(NamedTuple):
    """What a chain reads of one row of a stage."""

    county: str
    key: str
    values: dict[str, Any]


@dataclass
class Found:
    """The problems of one run: all counted, the first listed."""

    chain: Chain
    items: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, check: str, stage: Stage, row: Row, message: str, value: Any = None, expected: Any = None) -> None:
        """One problem of one row."""
        self.counts[check] += 1
        if len(self.items) < MOST:
            self.items.append({
                "check": check, "title": CHECKS[check], "severity": self.chain.severity, "stage": stage.id,
                "stage_title": stage.title, "layer": stage.layer, "county": row.county, "key": row.key,
                "chain_key": _text(row.values.get(stage.number or "")), "message": message,
                "value": None if value is None else str(value), "expected": None if expected is None else str(expected),
            })  # fmt: skip


def listing(by: kernel.Actor) -> list[dict[str, Any]]:
    """All chains with their stages."""
    kernel.require(by, "delivery.read")
    return [
        {"id": c.id, "title": c.title, "source": c.source, "confidence": c.confidence,
         "stages": [{"id": s.id, "title": s.title, "layer": s.layer} for s in c.stages]}
        for c in chains()
    ]  # fmt: skip


def report(by: kernel.Actor, name: str, *, county: str | None = None, on: date | None = None) -> dict[str, Any]:
    """Check what is on the map of the asker's region on a day (today): every stage against those it comes after.

    Raises ChainUnknown, kernel.NotAllowed.
    """
    found = Found(chain(name))
    day = on or kernel.today()
    with kernel.acting(by):
        kernel.require(by, "delivery.read", region=county)
        rows = {s.id: list(_rows(s, county, day)) if _there(s) else None for s in found.chain.stages}
    numbers: dict[str, dict[str, list[Row]]] = {}
    for stage in found.chain.stages:
        mine = rows[stage.id]
        if mine is not None:
            numbers[stage.id] = _by_number(found, stage, mine)
            for after in stage.after:
                _judge(found, stage, after, mine, numbers.get(after.stage))
    return _told(found, rows, day, county)


def _there(stage: Stage) -> bool:
    """Is the stage connected and its table made?"""
    if stage.layer is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f'layers."{_table(stage)}"'])
        return bool(cursor.fetchone()[0])


def _table(stage: Stage) -> str:
    ref = library.layer(str(stage.layer))
    return ref.model.table_name(ref.entity.name)


def _rows(stage: Stage, county: str | None, day: date) -> Iterator[Row]:
    moment, names = Moment(day), stage.fields
    columns = ", ".join(f'"{name}"' for name in names)  # names of the standard, looked up in it before
    where = f"{moment.condition}{' AND county = %(county)s' if county else ''}"
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT county, key, {columns} FROM layers."{_table(stage)}" WHERE {where} ORDER BY county, key',
            {**moment.parameters, "county": county},
        )
        for row in cursor:
            yield Row(row[0], row[1], dict(zip(names, row[2:], strict=True)))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _by_number(found: Found, stage: Stage, rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by the number of the stage; rows without one and repeated numbers are told."""
    gathered: dict[str, list[Row]] = {}
    for row in rows:
        number = _text(row.values[stage.number or ""])
        if not number:
            found.add("no_number", stage, row, f"{stage.title} {row.key} 没有填写 {stage.number}。")
            continue
        gathered.setdefault(number, []).append(row)
    if not stage.many:
        for number, same in gathered.items():
            for row in same[1:]:
                said = f"{stage.title} 的 {stage.number}“{number}”已用于 {same[0].key}。"
                found.add("repeated_number", stage, row, said, number)
    return gathered


def _judge(found: Found, stage: Stage, after: After, rows: list[Row], numbers: dict[str, list[Row]] | None) -> None:
    """Each row of a stage against the stage that it names as the one before; nothing where that is not connected."""
    if numbers is None:
        return
    earlier = found.chain.stage(after.stage)
    for row in rows:
        number = _text(row.values[after.by])
        if not number:
            if after.required and after.by != stage.number:
                found.add("no_reference", stage, row, f"{stage.title} {row.key} 没有填写{earlier.title}的编号({after.by})。")
            continue
        before = numbers.get(number)
        if before is None:
            if after.required or after.by != stage.number:
                found.add("unknown_reference", stage, row,
                          f"{stage.title} {row.key} 的 {after.by}“{number}”在{earlier.title}中查不到。", number)  # fmt: skip
            continue
        _dates(found, stage, earlier, row, before)
        _areas(found, stage, earlier, row, before)


def _dates(found: Found, stage: Stage, earlier: Stage, row: Row, before: list[Row]) -> None:
    if stage.day is None or earlier.day is None:
        return
    mine = row.values[stage.day]
    first = min((b.values[earlier.day] for b in before if b.values[earlier.day] is not None), default=None)
    if mine is not None and first is not None and mine < first:
        said = f"{stage.title} {row.key} 的日期 {mine} 早于{earlier.title}的 {first}。"
        found.add("too_early", stage, row, said, mine, f"不早于 {first}")


def _areas(found: Found, stage: Stage, earlier: Stage, row: Row, before: list[Row]) -> None:
    """Areas are compared only where both units are known and the same."""
    if stage.unit is None or stage.unit != earlier.unit or not stage.area or not earlier.area:
        return
    mine = row.values[stage.area]
    whole = [b.values[earlier.area] for b in before]
    if mine is None or None in whole:
        return
    limit = sum((Decimal(str(w)) for w in whole), Decimal(0))
    if Decimal(str(mine)) > limit:
        found.add("area_grown", stage, row, f"{stage.title} {row.key} 的面积 {mine} {stage.unit} 大于{earlier.title}的 {limit}。",
                  mine, f"不大于 {limit}")  # fmt: skip


def _told(found: Found, rows: dict[str, list[Row] | None], day: date, county: str | None) -> dict[str, Any]:
    total = sum(found.counts.values())
    return {
        "chain": found.chain.id, "title": found.chain.title, "source": found.chain.source, "on": day, "county": county,
        "confidence": found.chain.confidence,
        "stages": [{"id": s.id, "title": s.title, "layer": s.layer, "rows": len(rows[s.id] or ()),
                    "ready": rows[s.id] is not None} for s in found.chain.stages],
        "checks": [{"id": check, "title": title, "severity": found.chain.severity, "count": found.counts[check],
                    "confidence": found.chain.confidence} for check, title in CHECKS.items()],
        "items": found.items, "total": total, "left_off": total - len(found.items),
    }  # fmt: skip


def csv_of(told: dict[str, Any]) -> str:
    """The listed problems as a table for a spreadsheet."""
    heads = (
        ("title", "检查"), ("severity", "级别"), ("stage_title", "环节"), ("layer", "图层"), ("county", "县区"),
        ("key", "标识"), ("chain_key", "编号"), ("message", "问题"), ("value", "实际值"), ("expected", "应为"),
    )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([title for _, title in heads])
    for row in told["items"]:
        shown = {**row, "severity": SEVERITY_TITLES[row["severity"]]}
        writer.writerow(safe_row(shown[name] for name, _ in heads))
    return "\ufeff" + out.getvalue()
