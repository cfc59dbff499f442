"""Before and after (前后环节检查): does each stage of a business come after the one it names, as a report over stock."""

import csv
import io
from datetime import date
from typing import Any

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.stages import stock, there
from ziyuan.onemap.quality.chains import chain, chains
from ziyuan.onemap.quality.finding import SEVERITY_TITLES
from ziyuan.onemap.quality.stages import CHECKS, Break, Found, Row, by_number, judge, text

MOST = 1000
"""Problems listed one by one; the rest is counted."""


def _item(told: Break) -> dict[str, Any]:
    return {
        "check": told.check, "title": CHECKS[told.check], "severity": told.severity, "stage": told.stage.id,
        "stage_title": told.stage.title, "layer": told.stage.layer, "county": told.row.county, "key": told.row.key,
        "chain_key": text(told.row.values.get(told.stage.number or "")), "message": told.message, "remedy": told.remedy,
        "value": told.value, "expected": told.expected,
    }  # fmt: skip


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
    found = Found(chain(name), MOST)
    day = on or kernel.today()
    with kernel.acting(by):
        kernel.require(by, "delivery.read", region=county)
        rows = {s.id: list(stock(s, day, county=county)) if there(s) else None for s in found.chain.stages}
    numbers: dict[str, dict[str, list[Row]]] = {}
    for stage in found.chain.stages:
        mine = rows[stage.id]
        if mine is not None:
            numbers[stage.id] = by_number(found, stage, mine)
            for after in stage.after:
                judge(found, stage, after, mine, numbers.get(after.stage))
    return _told(found, rows, day, county)


def _told(found: Found, rows: dict[str, list[Row] | None], day: date, county: str | None) -> dict[str, Any]:
    total = sum(found.counts.values())
    return {
        "chain": found.chain.id, "title": found.chain.title, "source": found.chain.source, "on": day, "county": county,
        "confidence": found.chain.confidence,
        "stages": [{"id": s.id, "title": s.title, "layer": s.layer, "rows": len(rows[s.id] or ()),
                    "ready": rows[s.id] is not None} for s in found.chain.stages],
        "checks": [{"id": check, "title": title, "severity": found.chain.severity, "count": found.counts[check],
                    "confidence": found.chain.confidence} for check, title in CHECKS.items()],
        "items": [_item(told) for told in found.items], "total": total, "left_off": total - len(found.items),
    }  # fmt: skip


def csv_of(told: dict[str, Any]) -> str:
    """The listed problems as a table for a spreadsheet."""
    heads = (
        ("title", "检查"), ("severity", "级别"), ("stage_title", "环节"), ("layer", "图层"), ("county", "县区"),
        ("key", "标识"), ("chain_key", "编号"), ("message", "问题"), ("value", "实际值"), ("expected", "应为"),
        ("remedy", "改法"),
    )  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([title for _, title in heads])
    for row in told["items"]:
        shown = {**row, "severity": SEVERITY_TITLES[row["severity"]]}
        writer.writerow(safe_row(shown[name] for name, _ in heads))
    return "\ufeff" + out.getvalue()
