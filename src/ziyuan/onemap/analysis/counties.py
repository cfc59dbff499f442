"""Which counties a site touches: by the survey's administrative areas (XZQ), else by the registered outlines."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.base.numbers import half_up
from ziyuan.kernel import service as kernel
from ziyuan.onemap.analysis.overlay import check_site, in_zone_of, touching
from ziyuan.onemap.editions.cut import cut, rest
from ziyuan.onemap.editions.layers import layer
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.services.outlines import counties as outlines

LEAST_M2 = Decimal("0.01")


@dataclass(frozen=True)
class CountyShare:
    """A county and the site's official area in it, m²."""

    code: str
    name: str
    area_m2: Decimal


def counties_of(site: PlaneShape, *, on: date, by: kernel.Actor | None = None) -> list[CountyShare]:
    """Counties the site lies in, the largest share first.

    The coarse outlines only speak where no survey does, so a border is drawn by the survey wherever there is one.
    """
    with kernel.acting(by or kernel.system_actor()):
        return counties_here(site, on)


def counties_here(site: PlaneShape, on: date) -> list[CountyShare]:
    """The same inside a running `kernel.acting`."""
    check_site(site)
    found: dict[str, float] = {}
    townships = touching(layer("XZQ"), site, None, Moment(on))
    names = {r.code: r.name for r in kernel.regions()}
    left = site.batch()
    batch = in_zone_of(site, townships)
    if batch is not None:
        met = cut(left, batch)
        for j, area in zip(met.right.tolist(), met.areas, strict=True):
            found[townships[j].county] = found.get(townships[j].county, 0.0) + float(area)
        left, _ = rest(left, batch)
    for code, area in _by_outline(left, {f.county for f in townships}).items():
        found[code] = found.get(code, 0.0) + area
    shares = [CountyShare(c, names.get(c, c), half_up(a, 2)) for c, a in found.items()]
    return sorted((s for s in shares if s.area_m2 >= LEAST_M2), key=lambda s: (-s.area_m2, s.code))


def _by_outline(left: PlaneBatch, surveyed: set[str]) -> dict[str, float]:
    """Share of what no survey covers; an outline of a surveyed county has nothing to say."""
    if not len(left) or not len(left.coords):
        return {}
    west, south, east, north = np.array([g.bounds for g in left.to_4490()]).T
    near = {
        code: shape for code, shape in outlines().items()
        if code not in surveyed and shape.bounds[0] <= east.max() and shape.bounds[2] >= west.min()
        and shape.bounds[1] <= north.max() and shape.bounds[3] >= south.min()
    }  # fmt: skip
    if not near:
        return {}
    met = cut(left, PlaneBatch.from_4490(list(near.values()), left.zone))
    codes = list(near)
    found: dict[str, float] = {}
    for j, area in zip(met.right.tolist(), met.areas, strict=True):
        found[codes[j]] = found.get(codes[j], 0.0) + float(area)
    return found
