"""What the company of the story hands in: a boundary-point file and PDFs (示例)."""

import math
from typing import Any

import shapely
import typst
from shapely.geometry import Polygon, shape

from ziyuan.base import crs
from ziyuan.base.geometry import PlaneShape

HEAD = """[属性描述]
格式版本号=1.01
数据产生单位=示例测绘单位
数据产生日期=2026-11-20
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号={zone}
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
"""


def site_in(feature: dict[str, Any], zone: int) -> Polygon:
    """About two hectares around a corner of a feature (EPSG:4490), turned a little, with a hole; plane metres."""
    corner_of = shapely.get_coordinates(shape(feature["geometry"]))[0]
    east, north = crs.to_plane(zone).transform(*corner_of)
    turn = math.radians(17)

    def corner(across: float, up: float) -> tuple[float, float]:
        x, y = across * math.cos(turn) - up * math.sin(turn), across * math.sin(turn) + up * math.cos(turn)
        return round(east + x, 3), round(north + y, 3)

    outer = [corner(*c) for c in ((-80, -70), (85, -64), (92, 12), (40, 20), (36, 76), (-78, 70))]
    hole = [corner(*c) for c in ((-40, -30), (-40, 10), (0, 10), (0, -30))]
    return Polygon(outer, [hole])


def boundary_text(site: Polygon, zone: int) -> bytes:
    """The site as a boundary-point file: GB18030, CRLF, north before east, rings closed and counted."""
    area = PlaneShape.from_shapely(site, zone).area_official()
    lines, number = [], 0
    for ring_number, ring in enumerate([site.exterior, *site.interiors], start=1):
        points = list(ring.coords)[:-1]
        names = [f"J{number + k + 1}" for k in range(len(points))]
        number += len(points)
        for name, (east, north) in zip([*names, names[0]], [*points, points[0]], strict=True):
            lines.append(f"{name},{ring_number},{north:.3f},{east:.3f}")
    head = f"{len(lines)},{float(area) / 10_000:.4f},DK1,示例产业园地块,面,,工业用地,0601,@"
    text = HEAD.format(zone=zone) + "\n".join([head, *lines]) + "\n"
    return text.replace("\n", "\r\n").encode("gb18030")


def pdf(title: str, *paragraphs: str) -> bytes:
    """A one-page PDF with a title and some paragraphs."""
    body = "\n\n".join(paragraphs)
    source = (
        '#set text(font: ("Noto Serif CJK SC", "Noto Sans CJK SC"), lang: "zh", size: 11pt)\n'
        f"#align(center)[#text(size: 16pt)[{title}]]\n\n{body}\n\n#align(right)[示例文件,仅供演示]"
    )
    return bytes(typst.compile(source.encode()))


def picture(svg: bytes) -> bytes:
    """An SVG as PNG."""
    page = b"#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg))"
    return bytes(typst.compile(page, format="png", ppi=144.0, sys_inputs={"svg": svg.decode()}))
