"""Areas by class, level 1, three-way class or region, as of a day: the official figures, with what they stand on.

The area counted is the registered one (图斑地类面积 TBDLMJ), and ridges deducted inside patches (KCMJ) count as class
1203, so that the classes close to the county's registered control areas.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ziyuan.base import units
from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.models import ControlArea
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.layers import Layer, layer, three_class
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.register import latest
from ziyuan.onemap.services.errors import NoStatistics
from ziyuan.onemap.services.query import Query, query

RIDGE = "1203"
GROUPS = ("class", "level1", "three_class", "region")
Sums = dict[tuple[str, str], tuple[int, Decimal]]


def statistics(
    by: kernel.Actor, name: str, county: str | None = None, asof: date | None = None, group: str = "class",
    known: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Rows of count and area by group, their total, and what they close to. Raises NoStatistics."""
    kind = layer(name)
    if group not in GROUPS or (group in ("level1", "three_class") and kind.class_field != "DLBM"):
        raise NoStatistics(kind.id, group)
    found = query(by, kind, asof=asof, known=known, county=county)
    with kernel.acting(by):
        sums = _sums(found)
        counties = sorted({c for c, _ in sums} | ({county} if county else set()))
        pins = [e for c in counties if (e := latest(kind.id, c, found.moment.on, known))]
        control = _control(kind, pins, counties)
    grouped = _grouped(sums, _code_of(kind, group))
    total = sum((a for _, a in grouped.values()), Decimal(0))
    rows_ = [
        {"code": code, "name": _name(kind, group, code), **_figures(n, area, total)}
        for code, (n, area) in sorted(grouped.items())
    ]
    return {
        "layer": kind.id, "asof": found.moment.on.isoformat(), "known": known and known.isoformat(), "by": group, "rows": rows_,
        "total": _figures(sum(n for n, _ in grouped.values()), total, total),
        "closes_to": _closing(control, sums, total),
        "editions": [_pin(e) for e in pins],
    }  # fmt: skip


def _sums(found: Query) -> Sums:
    """Count and area by county and class; ridges apart, with no feature of their own."""
    kind = found.layer
    code = f'"{kind.class_field}"' if kind.class_field else "NULL::text"
    area = f'sum("{kind.area_field}")' if kind.area_field else "NULL::numeric"
    ridge = 'sum("KCMJ")' if "KCMJ" in kind.names else "NULL::numeric"
    with rows.cursor() as c:
        c.execute(
            f"SELECT county, {code}, count(*), {area}, {ridge} FROM {kind.sql} WHERE {found.where} GROUP BY 1, 2",
            found.parameters,
        )
        sums: Sums = defaultdict(lambda: (0, Decimal(0)))
        for county, value, n, square_metres, ridges in c.fetchall():
            _add(sums, (county, value or ""), n, square_metres)
            if ridges:
                _add(sums, (county, RIDGE), 0, ridges)
    return dict(sums)


def _add(sums: Any, key: Any, n: int, area: Decimal | None) -> None:
    sums[key] = (sums[key][0] + n, sums[key][1] + (area or 0))


def _code_of(kind: Layer, group: str) -> Callable[[str, str], str]:
    table = kind.classes
    return {
        "class": lambda county, code: code,
        "level1": lambda county, code: (table.top(code) if table else None) or code,
        "three_class": lambda county, code: three_class(code) or "未分类",
        "region": lambda county, code: county,
    }[group]


def _grouped(sums: Sums, code_of: Callable[[str, str], str]) -> dict[str, tuple[int, Decimal]]:
    grouped: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for (county, code), (n, area) in sums.items():
        _add(grouped, code_of(county, code), n, area)
    return dict(grouped)


def _name(kind: Layer, group: str, code: str) -> str:
    if group == "region":
        return kernel.region(code).name
    if group == "three_class":
        return code
    return (kind.classes.title_of(code) if kind.classes else None) or code or kind.title


def _figures(n: int, area: Decimal, total: Decimal) -> dict[str, Any]:
    share = (area * 100 / total).quantize(Decimal("0.01"), ROUND_HALF_UP) if total else Decimal("0.00")
    return {
        "count": n, "area_m2": f"{area:.2f}", "ha": f"{_half_up(units.hectares(area), 4)}",
        "mu": f"{_half_up(units.mu(area), 2)}", "share": str(share),
    }  # fmt: skip


def _half_up(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _control(kind: Layer, pins: list[Edition], counties: list[str]) -> dict[str, Decimal] | None:
    """Registered control areas by class, of the counties in the periods of their editions; None where one lacks it."""
    if kind.area_field != "TBDLMJ" or not pins or len(pins) != len(counties):
        return None
    found: dict[str, Decimal] = defaultdict(Decimal)
    for edition in pins:
        areas = ControlArea.objects.filter(county=edition.county, edition=edition.period)
        registered = list(areas.values_list("land_class", "area_m2"))
        if not registered:
            return None
        for code, area in registered:
            found[code] += area
    return dict(found)


def _closing(control: dict[str, Decimal] | None, sums: Sums, total: Decimal) -> dict[str, Any] | None:
    """What the areas close to, in all and class by class where they differ."""
    if control is None:
        return None
    by_class = _grouped(sums, lambda county, code: code)
    codes = sorted({*control, *by_class})
    differences = {c: by_class.get(c, (0, Decimal(0)))[1] - control.get(c, Decimal(0)) for c in codes}
    whole = sum(control.values(), Decimal(0))
    return {
        "control_m2": str(whole),
        "difference_m2": str(total - whole),
        "classes": [{"code": c, "difference_m2": str(d)} for c, d in differences.items() if d],
    }


def _pin(edition: Edition) -> dict[str, Any]:
    return {
        "layer": edition.layer, "county": edition.county, "county_name": kernel.region(edition.county).name,
        "edition": edition.pk, "period": edition.period, "digest": edition.hex_digest,
        "reference_date": edition.reference_date.isoformat(), "features": edition.features,
    }  # fmt: skip


def statistics_csv(
    by: kernel.Actor, name: str, county: str | None = None, asof: date | None = None, group: str = "class",
    known: datetime | None = None,
) -> bytes:  # fmt: skip
    """The same figures as a table for a spreadsheet: UTF-8 with mark, no cell that a program would run."""
    told = statistics(by, name, county, asof, group, known)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["代码", "名称", "图斑数", "面积(平方米)", "面积(公顷)", "面积(亩)", "占比(%)"])
    columns = ("code", "name", "count", "area_m2", "ha", "mu", "share")
    for row in [*told["rows"], {"code": "", "name": "合计", **told["total"]}]:
        table.writerow(safe_row(row[c] for c in columns))
    for pin in told["editions"]:
        table.writerow(
            safe_row(["", f"{pin['county_name']} {pin['period']} 年版本,摘要 SM3 {pin['digest']}"])
        )
    return out.getvalue().encode("utf-8-sig")
