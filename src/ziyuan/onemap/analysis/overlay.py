"""Cut a site with one layer (叠加) in plane integers, so that the pieces add up to the site.

Rows of another zone are first brought to the integers that their county delivered, then vertex by vertex into the
site's zone. Official areas of the pieces are rounded one by one; what that loses against the site's own area is
closed by the survey's rule, told, and refused above 0.01 m² a piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from shapely.validation import explain_validity

from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.base.numbers import half_up
from ziyuan.kernel import service as kernel
from ziyuan.onemap.analysis.errors import BadSite, DoesNotAddUp
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.cut import Cut, cut, rest
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.lock import pin
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.register import latest

CENT = Decimal("0.01")
_MARGIN = 1e-6  # degrees, about 0.1 m: the 4490 copy of an edge and the plane edge part by less


@dataclass(frozen=True)
class Pin:
    """The edition an answer stands on; `digest` in hex."""

    layer: str
    county: str
    edition: int
    digest: str
    reference_date: date

    @classmethod
    def of(cls, edition: Edition) -> "Pin":
        return cls(edition.layer, edition.county, edition.pk, edition.hex_digest, edition.reference_date)

    def to_json(self) -> dict[str, Any]:
        return {
            "layer": self.layer, "county": self.county, "edition": self.edition, "digest": self.digest,
            "reference_date": self.reference_date.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """A part of the site inside one feature. `area_m2` is closed to the site; `width_m` is twice area by outline."""

    layer: str
    county: str
    key: str
    code: str
    name: str
    area_m2: Decimal
    width_m: float
    shape: PlaneShape
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Overlay:
    """The site cut by a layer. Pieces and `rest_m2` (outside every feature) add up to the site exactly."""

    layer: str
    on: date
    known: datetime | None
    site_area_m2: Decimal
    pieces: tuple[Piece, ...]
    rest_m2: Decimal
    closing_difference_m2: Decimal
    editions: tuple[Pin, ...]
    missing: tuple[str, ...]


def overlay(
    site: PlaneShape, name: str, *, on: date, known: datetime | None = None, counties: Sequence[str],
    by: kernel.Actor | None = None,
) -> Overlay:  # fmt: skip
    """Pieces of the site by feature of the layer, as of a day and as known at a moment.

    Counties without an edition for that day are in `missing`: nothing is known of their part.
    Raises BadSite, DoesNotAddUp.
    """
    with kernel.acting(by or kernel.system_actor()):
        return overlay_here(site, layer(name), on, known or pin([layer(name).id], list(counties)), counties)


def overlay_here(
    site: PlaneShape, kind: Layer, on: date, known: datetime, counties: Sequence[str]
) -> Overlay:
    """The same inside a running `kernel.acting`, at a pinned moment."""
    found = {c: latest(kind.id, c, on, known) for c in counties}
    features = touching(kind, site, [c for c, e in found.items() if e or kind.by_cases], Moment(on, known))
    pins = tuple(Pin.of(e) for e in found.values() if e)
    missing = tuple(c for c, e in found.items() if e is None and not kind.by_cases)
    return _cut(kind, site, features, on, known, pins, missing)


def check_site(site: PlaneShape) -> shapely.Geometry:
    """The site in metres, proved valid. Raises BadSite with the place of the fault."""
    shape = site.to_shapely()
    if not shape.is_valid or shape.is_empty:
        said = explain_validity(shape)
        head, _, place = said.partition("[")
        x, y = (float(v) for v in place.rstrip("]").split()) if place else (None, None)
        raise BadSite(_SAID.get(head, head or "空图形"), x, y)
    return shape


_SAID = {"Self-intersection": "边线自相交", "Ring Self-intersection": "环与自身相接", "Hole lies outside shell": "孔洞在外环之外",
         "Nested shells": "部分重叠", "Nested holes": "孔洞重叠", "Interior is disconnected": "内部不连通",
         "Too few points in geometry component": "点数不足", "Duplicate Rings": "环重复"}  # fmt: skip


def touching(
    kind: Layer, site: PlaneShape, counties: Sequence[str] | None, moment: Moment
) -> list[rows.Feature]:
    """Features whose box meets the site's, of these counties or of all within the session's region."""
    west, south, east, north = site.to_4490().bounds
    box = [west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN]
    return rows.features(
        kind,
        ("" if counties is None else "county = ANY(%(counties)s) AND ")
        + "geom && ST_MakeEnvelope(%(w)s, %(s)s, %(e)s, %(n)s, 4490) AND "
        + moment.condition,
        {"counties": list(counties or ()), **dict(zip("wsen", box, strict=True)), **moment.parameters},
    )


def in_zone_of(site: PlaneShape, features: Sequence[rows.Feature]) -> PlaneBatch | None:
    """Plane integers of the features in the site's zone; from their own zone's integers where that differs."""
    if not features:
        return None
    shapes = np.array([f.geometry for f in features], dtype=object)
    zones = np.array([f.zone for f in features])
    for zone in set(zones.tolist()) - {site.zone}:
        shapes[zones == zone] = PlaneBatch.from_4490(shapes[zones == zone], zone).to_4490()
    return PlaneBatch.from_4490(shapes, site.zone)


def _cut(
    kind: Layer, site: PlaneShape, features: list[rows.Feature], on: date, known: datetime | None,
    pins: tuple[Pin, ...], missing: tuple[str, ...],
) -> Overlay:  # fmt: skip
    check_site(site)
    whole, total = site.batch(), areas.official_area_of(site)
    batch = in_zone_of(site, features)
    if batch is None:
        return Overlay(kind.id, on, known, total, (), total, Decimal("0.00"), pins, missing)
    met = cut(whole, batch)
    left = rest(whole, batch.take(met.right))[1] if len(met.areas) else float(total)
    rounded = [half_up(float(a), 2) for a in met.areas]
    rest_m2 = half_up(left, 2)
    count = len(rounded) + (rest_m2 > 0)
    said = sum(rounded, Decimal(0)) + rest_m2
    if abs(said - total) > CENT * count:
        raise DoesNotAddUp(kind.id, total, said, count)
    closed = areas.close_pieces(total, [*rounded, rest_m2] if rest_m2 else rounded)
    pieces = tuple(_piece(kind, features[j], met, i, closed[i]) for i, j in enumerate(met.right.tolist()))
    return Overlay(
        kind.id,
        on,
        known,
        total,
        pieces,
        closed[-1] if rest_m2 else Decimal("0.00"),
        total - said,
        pins,
        missing,
    )


def _piece(kind: Layer, feature: rows.Feature, met: Cut, i: int, area: Decimal) -> Piece:
    shape = met.pieces.shape(i)
    outline = shape.to_shapely().length
    code = str(feature.attributes.get(kind.class_field or "") or "")
    name = (kind.classes.title_of(code) if kind.classes else None) or code or kind.title
    return Piece(
        kind.id, feature.county, feature.key, code, name, area, round(2 * float(area) / outline, 4) if outline else 0.0,
        shape, feature.attributes,
    )  # fmt: skip
