"""A map of a site as SVG, drawn by the server: for the public pages without script and for papers.

Plane coordinates of the site's zone, north up. Present land use around the site where the map knows it, else the
county's outline; scale bar, north arrow, legend of what is seen, and the mark 示例 on sample data.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import numpy as np
import shapely

from ziyuan.base.geometry import PlaneBatch, PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap.analysis.overlay import in_zone_of, touching
from ziyuan.onemap.editions.layers import land_classes, layer
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.rows import Feature
from ziyuan.onemap.services.outlines import counties as outlines
from ziyuan.onemap.services.outlines import outline
from ziyuan.onemap.services.styles import colour_of

LEGEND, MARGIN, MOST = 150, 10, 4000
FONT = "Noto Sans CJK SC, Source Han Sans SC, Noto Sans SC, sans-serif"


@dataclass(frozen=True)
class View:
    """The window in metres and the picture in pixels."""

    west: float
    north: float
    metres_a_pixel: float
    width: int
    height: int

    @classmethod
    def around(cls, shape: shapely.Geometry, size: tuple[int, int], *, room: float = 0.6) -> "View":
        west, south, east, north = shape.bounds
        width, height = size[0] - LEGEND - 2 * MARGIN, size[1] - 2 * MARGIN
        scale = max((east - west) * (1 + 2 * room) / width, (north - south) * (1 + 2 * room) / height, 0.05)
        middle = ((west + east) / 2, (south + north) / 2)
        return cls(middle[0] - width * scale / 2, middle[1] + height * scale / 2, scale, width, height)

    @property
    def box(self) -> shapely.Geometry:
        east, south = (
            self.west + self.width * self.metres_a_pixel,
            self.north - self.height * self.metres_a_pixel,
        )
        return shapely.box(self.west, south, east, self.north)

    def path(self, shape: shapely.Geometry) -> str:
        """SVG path of a polygon's rings."""
        rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
        return "".join(self._ring(shapely.get_coordinates(ring)) for ring in rings)

    def _ring(self, xy: np.ndarray) -> str:
        x = (xy[:-1, 0] - self.west) / self.metres_a_pixel + MARGIN
        y = (self.north - xy[:-1, 1]) / self.metres_a_pixel + MARGIN
        return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"


def draw_map(
    site: PlaneShape, *, counties: Sequence[str] = (), on: date | None = None, size: tuple[int, int] = (720, 480),
    title: str = "", sample: bool = True, by: kernel.Actor | None = None,
) -> str:  # fmt: skip
    """The site on the land use around it, as an SVG document of `size` pixels."""
    shape = site.to_shapely()
    view = View.around(shape, size)
    with kernel.acting(by or kernel.system_actor()):
        window = PlaneShape.from_shapely(view.box, site.zone)
        found = touching(layer("DLTB"), window, list(counties) or None, Moment(on or kernel.today()))[:MOST]
    batch = in_zone_of(site, found)
    codes = list(counties) or _near(site)
    body = [_land(view, found, batch) if batch is not None else _outlines(view, site.zone, codes)]
    body.append(_site(view, shape))
    heads = sorted({land_classes().top(str(f.attributes.get("DLBM"))) or "" for f in found} - {""})
    sheet = Sheet(view, size, title or "用地范围示意图", sample, tuple(heads), _locator(site, codes, size))
    return sheet.draw("".join(body))


def _near(site: PlaneShape) -> list[str]:
    """Counties whose outline the site meets."""
    shape = site.to_4490()
    return [code for code, around in outlines().items() if around.intersects(shape)]


def _locator(site: PlaneShape, codes: Sequence[str], size: tuple[int, int]) -> str:
    """Where in its counties the site lies: their outlines in small, a dot, their names, degrees."""
    known = {code: g for code in codes if (g := outline(code)) is not None}
    middle = site.to_4490().centroid
    x, y = size[0] - LEGEND, size[1] - MARGIN - 4
    said = f"{middle.x:.4f}°E {middle.y:.4f}°N"
    text = f'<text x="{x}" y="{y}" font-size="11" fill="#444444">{said}</text>'
    if not known:
        return text
    west, south, east, north = shapely.total_bounds([*known.values(), middle])
    wide = math.cos(math.radians(middle.y))
    scale = max((east - west) * wide / (LEGEND - 24), (north - south) / 110, 1e-9)
    top = y - 34 - (north - south) / scale

    def place(xy: np.ndarray) -> np.ndarray:
        return np.column_stack([x + (xy[:, 0] - west) * wide / scale, top + (north - xy[:, 1]) / scale])

    paths = "".join(
        f'<path d="M{"L".join(f"{a:.1f},{b:.1f}" for a, b in place(shapely.get_coordinates(part.exterior)))}Z"/>'
        for g in known.values()
        for part in shapely.get_parts(g)
    )
    dot_x, dot_y = place(np.array([[middle.x, middle.y]]))[0]
    names = escape("、".join(kernel.region(code).name for code in known)[:12])
    return (
        f'<g fill="#f4f1e8" stroke="#9a9488" stroke-width="0.8">{paths}</g>'
        f'<circle cx="{dot_x:.1f}" cy="{dot_y:.1f}" r="4" fill="#c8102e"/>'
        f'<text x="{x}" y="{y - 17}" font-size="12" fill="#222222">{names}</text>{text}'
    )


def _land(view: View, found: Sequence[Feature], batch: PlaneBatch) -> str:
    shapes = shapely.clip_by_rect(batch.to_shapely(), *view.box.bounds)
    lines = []
    for feature, shape in zip(found, shapes, strict=True):
        if not shape.is_empty:
            head = land_classes().top(str(feature.attributes.get("DLBM"))) or ""
            lines.append(f'<path d="{view.path(_polygons(shape))}" fill="{colour_of(head)}"/>')
    return f'<g stroke="#8a8272" stroke-width="0.5" fill-rule="evenodd">{"".join(lines)}</g>'


def _outlines(view: View, zone: int, counties: Sequence[str]) -> str:
    known = [g for code in counties if (g := outline(code)) is not None]
    if not known:
        return ""
    shapes = shapely.clip_by_rect(PlaneBatch.from_4490(known, zone).to_shapely(), *view.box.bounds)
    paths = "".join(f'<path d="{view.path(_polygons(s))}"/>' for s in shapes if not s.is_empty)
    return f'<g fill="#f4f1e8" stroke="#9a9488" stroke-width="1" stroke-dasharray="6 3">{paths}</g>'


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def _site(view: View, shape: shapely.Geometry) -> str:
    return (
        f'<path d="{view.path(shape)}" fill="#c8102e" fill-opacity="0.18" fill-rule="evenodd" stroke="#c8102e"'
        ' stroke-width="2" stroke-linejoin="round"/>'
    )


@dataclass(frozen=True)
class Sheet:
    """What stands around the map: frame, title, legend, scale bar, north, locator."""

    view: View
    size: tuple[int, int]
    title: str
    sample: bool
    heads: tuple[str, ...]
    locator: str

    def draw(self, body: str) -> str:
        """The whole document around the map's content."""
        view, said, (width, height) = self.view, escape(self.title), self.size
        frame = f'x="{MARGIN}" y="{MARGIN}" width="{view.width}" height="{view.height}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' role="img" aria-label="{said}" font-family="{FONT}"><title>{said}</title>'
            '<rect width="100%" height="100%" fill="#ffffff"/>'
            f'<defs><clipPath id="window"><rect {frame}/></clipPath></defs>'
            f'<g clip-path="url(#window)">{body}{_mark(view) if self.sample else ""}</g>'
            f'<rect {frame} fill="none" stroke="#333333"/>{_scale_bar(view)}{_north(view)}'
            f"{_legend(view, said, self.heads)}{self.locator}</svg>"
        )


def _mark(view: View) -> str:
    x, y = MARGIN + view.width / 2, MARGIN + view.height / 2
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="72" text-anchor="middle" fill="#333333" fill-opacity="0.14"'
        f' transform="rotate(-24 {x:.0f} {y:.0f})">示例</text>'
    )


def _scale_bar(view: View) -> str:
    """A round length of at most a quarter of the picture."""
    longest = view.width * view.metres_a_pixel / 4
    power = 10 ** math.floor(math.log10(longest))
    length = next(m * power for m in (5, 2, 1) if m * power <= longest)
    pixels, x, y = length / view.metres_a_pixel, MARGIN + 14, MARGIN + view.height - 14
    said = f"{length / 1000:g} 千米" if length >= 1000 else f"{length:g} 米"
    return (
        f'<g stroke="#111111" stroke-width="1.5" fill="none"><path d="M{x},{y - 5}V{y}H{x + pixels:.1f}V{y - 5}"/></g>'
        f'<text x="{x + pixels + 6:.1f}" y="{y}" font-size="12" fill="#111111">{said}</text>'
    )


def _north(view: View) -> str:
    x, y = MARGIN + view.width - 22, MARGIN + 18
    return (
        f'<g fill="#111111"><path d="M{x},{y}l7,22l-7,-6l-7,6Z"/>'
        f'<text x="{x}" y="{y + 36}" font-size="12" text-anchor="middle">北</text></g>'
    )


def _legend(view: View, said: str, heads: Sequence[str]) -> str:
    x, y = MARGIN + view.width + 14, MARGIN + 16
    lines = [f'<text x="{x}" y="{y}" font-size="13" font-weight="bold" fill="#111111">{said[:11]}</text>']
    items = [("#c8102e", "用地范围", 0.18)] + [
        (colour_of(h), land_classes().title_of(h) or h, 1.0) for h in heads
    ]
    for i, (colour, name, strength) in enumerate(items):
        top = y + 14 + i * 22
        lines.append(
            f'<rect x="{x}" y="{top}" width="18" height="12" fill="{colour}" fill-opacity="{strength}"'
            f' stroke="{colour if not i else "#8a8272"}"/>'
            f'<text x="{x + 24}" y="{top + 11}" font-size="12" fill="#222222">{escape(name)}</text>'
        )
    return "".join(lines)
