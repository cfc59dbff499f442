"""Control areas (控制面积): the figures the province registers before the counties deliver."""

import csv
import io
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import ControlHeadWrong, ControlRowWrong, ControlTextUnreadable
from ziyuan.onemap.deliveries.models import ControlArea

COLUMNS = ("county", "edition", "part", "class", "area_m2", "source")
_PARTS = ("land", "island")


def register_control_areas(table: bytes | Path, by: kernel.Actor) -> int:
    """Register a table (UTF-8 or GB18030 CSV); one wrong row and nothing of it is registered.

    A county and edition that is registered again is replaced whole; the rows before are kept as ended.

    Raises kernel.NotAllowed, ControlHeadWrong, ControlRowWrong, ControlTextUnreadable.
    """
    rows = _rows(table.read_bytes() if isinstance(table, Path) else table)
    with kernel.acting(by):
        for county in sorted({row["county"] for row in rows}):
            kernel.require(by, "control_area.register", region=county)
        for county, edition in sorted({(row["county"], row["edition"]) for row in rows}):
            chosen = [row for row in rows if (row["county"], row["edition"]) == (county, edition)]
            _replace(by, county, edition, chosen)
    return len(rows)


def _replace(by: kernel.Actor, county: str, edition: str, rows: list[dict[str, Any]]) -> None:
    known = ControlArea.objects.filter(county=county, edition=edition, replaced__isnull=True)
    before = [[a.part, a.land_class, str(a.area_m2), a.source] for a in known.order_by("part", "land_class")]
    after = sorted([r["part"], r["class"], str(r["area_m2"]), r["source"]] for r in rows)
    if before == after:
        return
    known.update(replaced=kernel.now())
    ControlArea.objects.bulk_create(
        ControlArea(county=county, edition=edition, part=r["part"], land_class=r["class"],
                    area_m2=r["area_m2"], source=r["source"], registered=kernel.now(), registered_by=by.name)
        for r in rows
    )
    kernel.announce("control_area.registered", county=county, edition=edition, rows=len(rows))
    kernel.record(by, "control_area.registered", on=("control_area", f"{county}-{edition}"), county=county,
                  before=before or None, after=after, rows=len(rows))


def _rows(data: bytes) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(_text(data)))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise ControlHeadWrong("、".join(missing))
    rows: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, raw in enumerate(reader, start=2):
        row = _row(number, {name: (raw[name] or "").strip() for name in COLUMNS})
        key = (row["county"], row["edition"], row["part"], row["class"])
        if key in seen:
            raise ControlRowWrong(number, "class", row["class"], f"与第 {seen[key]} 行重复")
        seen[key] = number
        rows.append(row)
    return rows


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ControlTextUnreadable


def _row(number: int, row: dict[str, str]) -> dict[str, Any]:
    try:
        level = kernel.region(row["county"]).level
    except kernel_errors.UnknownRegion as unknown:
        raise ControlRowWrong(number, "county", row["county"], "不是登记的行政区代码") from unknown
    if level != "county":
        raise ControlRowWrong(number, "county", row["county"], "不是县级行政区")
    if not (row["edition"].isdecimal() and len(row["edition"]) == 4):
        raise ControlRowWrong(number, "edition", row["edition"], "不是四位年度")
    if row["part"] not in _PARTS:
        raise ControlRowWrong(number, "part", row["part"], "只能是 land(陆地)或 island(海岛)")
    if not row["class"]:
        raise ControlRowWrong(number, "class", "", "没有填写地类编码")
    return {**row, "area_m2": _area(number, row["area_m2"])}


def _area(number: int, text: str) -> Decimal:
    try:
        area = Decimal(text)
    except InvalidOperation as wrong:
        raise ControlRowWrong(number, "area_m2", text, "不是数值") from wrong
    if not area.is_finite() or area < 0 or area >= Decimal(10) ** 16:
        raise ControlRowWrong(number, "area_m2", text, "应为不小于零的平方米数")
    exact = area.quantize(Decimal("0.01"))
    if exact != area:
        raise ControlRowWrong(number, "area_m2", text, "多于两位小数")
    return exact


def control_areas(by: kernel.Actor, *, county: str | None = None, edition: str | None = None) -> dict[str, Any]:
    """Registered areas within the actor's region."""
    with kernel.acting(by):
        kernel.require(by, "control_area.read")
        found = ControlArea.objects.filter(replaced__isnull=True).order_by("county", "edition", "part", "land_class")
        if county:
            found = found.filter(county=county)
        if edition:
            found = found.filter(edition=edition)
        items = [
            {"county": a.county, "county_name": kernel.region(a.county).name, "edition": a.edition,
             "part": a.part, "class": a.land_class, "area_m2": str(a.area_m2), "source": a.source}
            for a in found
        ]  # fmt: skip
    return {"items": items, "next": None}


def registered(county: str, edition: str) -> list[dict[str, Any]]:
    """The rows of one county and edition as the rules take them; the caller has opened the region."""
    return [
        {"part": a.part, "class": a.land_class, "area_m2": a.area_m2, "source": a.source}
        for a in ControlArea.objects.filter(
            county=county, edition=edition, replaced__isnull=True
        ).order_by("part", "land_class")
    ]
