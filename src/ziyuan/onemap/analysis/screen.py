"""Screen a site (用地范围审查): every theme of `themes.yaml` against the editions in force on a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ziyuan.base.areas import ridge_deduction
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap.analysis.counties import counties_here
from ziyuan.onemap.analysis.errors import NoCounty
from ziyuan.onemap.analysis.overlay import Overlay, Piece, overlay_here
from ziyuan.onemap.analysis.screening import Dropped, Part, Row, Screening, Status, ThemeResult, share_of
from ziyuan.onemap.analysis.themes import Theme, chosen
from ziyuan.onemap.editions.layers import land_classes, layer
from ziyuan.onemap.editions.lock import pin

NOTHING = Decimal("0.00")
NO_DATA = ("", "无数据")
RIDGE = "1203"
INSIDE, OUTSIDE = "inside", "outside"


def screen(
    site: PlaneShape, *, on: date, known: datetime | None = None, counties: Sequence[str] | None = None,
    themes: Sequence[str] | None = None, by: kernel.Actor | None = None,
) -> Screening:  # fmt: skip
    """What the site touches on day `on`, as known at `known` (default: now, and pinned in the answer).

    The same site, day, moment and counties give the same answer at any later time.
    Raises BadSite, NoCounty, UnknownTheme, DoesNotAddUp.
    """
    by = by or kernel.system_actor()
    asked = chosen(list(themes) if themes is not None else None)
    with kernel.acting(by):
        touched = list(counties) if counties is not None else [s.code for s in counties_here(site, on)]
        if not touched:
            raise NoCounty
        known = known or pin([t.layer for t in asked], touched)
        cuts = {t.id: overlay_here(site, layer(t.layer), on, known, touched) for t in asked}
    land = cuts.get("land_use") or next(iter(cuts.values()))
    return Screening(
        on=on, known=known, site_area_m2=land.site_area_m2, closing_difference_m2=land.closing_difference_m2,
        counties=tuple(touched), themes=tuple(judge(t, cuts[t.id]) for t in asked),
        parts=tuple(p for t in asked for p in _parts(t, cuts[t.id])),
    )  # fmt: skip


def judge(theme: Theme, found: Overlay) -> ThemeResult:
    """One theme's answer from its overlay."""
    kept = [p for p in found.pieces if not theme.limits.drops(p.area_m2, p.width_m)]
    dropped = [p for p in found.pieces if theme.limits.drops(p.area_m2, p.width_m)]
    area = sum((p.area_m2 for p in kept), NOTHING)
    return ThemeResult(
        id=theme.id, title=theme.title, status=_status(kept, found), law_status=theme.law_status,
        article=theme.cited, source=theme.source, office=theme.office, area_m2=area,
        share=share_of(area, found.site_area_m2), limits=theme.limits.to_json(), editions=found.editions,
        missing=found.missing, rows=tuple(_rows(theme, kept, found)),
        dropped=tuple(Dropped(p.key, p.county, p.area_m2, p.width_m) for p in dropped),
        remedy=theme.remedy if kept else "",
    )  # fmt: skip


def _status(kept: list[Piece], found: Overlay) -> Status:
    """What was found counts; where nothing was, one county without an edition leaves the question open."""
    if kept:
        return "concerned"
    return "no_data" if found.missing or not found.editions else "not_concerned"


def _rows(theme: Theme, kept: list[Piece], found: Overlay) -> list[Row]:
    if theme.reads == "inside_outside":
        return _inside_outside(kept, found)
    groups: dict[tuple[str, str], list[Piece]] = {}
    for piece in kept:
        groups.setdefault((piece.code, piece.name), []).append(piece)
    if theme.reads == "classes":
        return _class_rows(groups, found)
    return [_row(code, name, pieces, found) for (code, name), pieces in sorted(groups.items())]


def _class_rows(groups: dict[tuple[str, str], list[Piece]], found: Overlay) -> list[Row]:
    """Land use as the survey counts it: ridges inside a patch (KCXS of it) are class 1203, not cultivated land."""
    rows, ridges = [], NOTHING
    for (code, name), pieces in sorted(groups.items()):
        deducted = sum((_ridge_of(p) for p in pieces), NOTHING)
        whole, ridges = _row(code, name, pieces, found), ridges + deducted
        area = whole.area_m2 - deducted
        rows.append(replace(whole, area_m2=area, share=share_of(area, found.site_area_m2)))
    for code, name, area in (
        (RIDGE, land_classes().title_of(RIDGE) or "", ridges),
        (*NO_DATA, found.rest_m2),
    ):
        if area:
            rows.append(Row(code, name, area, share_of(area, found.site_area_m2), 0))
    return rows


def _ridge_of(piece: Piece) -> Decimal:
    coefficient = piece.attributes.get("KCXS")
    return ridge_deduction(piece.area_m2, coefficient).deducted if coefficient else NOTHING


def _row(code: str, name: str, pieces: list[Piece], found: Overlay) -> Row:
    area = sum((p.area_m2 for p in pieces), NOTHING)
    return Row(code, name, area, share_of(area, found.site_area_m2), len({(p.county, p.key) for p in pieces}))


def _inside_outside(kept: list[Piece], found: Overlay) -> list[Row]:
    """Inside by zone, outside as what is left; where a county has no edition, what is left is not known."""
    groups: dict[str, list[Piece]] = {}
    for piece in kept:
        groups.setdefault(piece.name, []).append(piece)
    rows = [_row(INSIDE, f"边界内:{name}", pieces, found) for name, pieces in sorted(groups.items())]
    left = found.site_area_m2 - sum((r.area_m2 for r in rows), NOTHING)
    if left:
        code, name = NO_DATA if found.missing else (OUTSIDE, "边界外")
        rows.append(Row(code, name, left, share_of(left, found.site_area_m2), 0))
    return rows


def _parts(theme: Theme, found: Overlay) -> list[Part]:
    return [
        Part(theme.id, p.county, p.key, p.code, p.name, p.area_m2, p.shape)
        for p in found.pieces
        if not theme.limits.drops(p.area_m2, p.width_m)
    ]
