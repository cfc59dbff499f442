"""Figures of supervised items (督办统计) per region and matter: counted from the cases' events, typed by nobody.

An item counts once, on the day it was opened, in the region of the organ that has to answer it. A wider region is the sum
of its narrower ones, and of what its own organ has to answer.
"""

import csv
import io
from dataclasses import replace
from typing import Any

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.clocks.figures import LEVELS, title_of
from ziyuan.workflow.reach.counting import COUNTED, lines
from ziyuan.workflow.reach.lists import AskedItems, counted_items


def supervisions_figures(
    by: kernel.Actor, *, level: str = "county", matters: bool = False, **asked: Any
) -> dict[str, Any]:
    """Lines per region of `level` (and matter) and their sum; the period is this year up to today, unless given."""
    today = kernel.today()
    told = AskedItems(**asked)
    told = replace(told, since=told.since or today.replace(month=1, day=1), until=told.until or today)
    level = level if level in LEVELS else "county"
    with kernel.acting(by):
        kernel.require(by, "case.read")
        found, total = lines(counted_items(by, told), level, matters, today)
        items = [
            {
                "region": region,
                "region_name": kernel.region(region).name,
                "matter": matter,
                "matter_title": title_of(matter) if matter else "",
                **line.to_json(),
            }
            for (region, matter), line in sorted(found.items())
        ]
    period = {"since": told.since and told.since.isoformat(), "until": told.until and told.until.isoformat()}
    summed = {"region": by.region, "region_name": "合计", "matter": "", "matter_title": "", **total.to_json()}
    return {**period, "level": level, "matters": matters, "items": items, "total": summed}


def supervisions_figures_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The same figures as CSV (UTF-8 with BOM, for Excel)."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        told = supervisions_figures(by, **asked)
    heads = {"region_name": "承办地区", **({"matter_title": "事项"} if told["matters"] else {}), **COUNTED}
    heads["mean_days"] = "平均反馈用时(工作日)"
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads.values())
    for row in (*told["items"], told["total"]):
        writer.writerow(safe_row("" if row[name] is None else row[name] for name in heads))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
