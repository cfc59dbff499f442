"""The running sample province: screening of a site, tiles, statistics — beside plain PostGIS on the same rows.

Run on an installation that is up: `./ziyuan bench province [--runs 60]`. Reads only.
"""

import argparse
import os
import random
from typing import Any

import django
from harness import HEAD, interleaved, machine, row, seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
django.setup()

from django.db import connection  # noqa: E402

from ziyuan.base.geometry import PlaneShape  # noqa: E402
from ziyuan.kernel import service as kernel  # noqa: E402
from ziyuan.onemap import service as onemap  # noqa: E402

COUNTY, ZONE = "340123", 39
LAYERS = ("tdt1057_2020_dltb", "control_lines_2021_yjjbnttb", "control_lines_2021_stbhhx", "control_lines_2021_czkfbj")


def sites(count: int, seed: int = 7) -> list[PlaneShape]:
    """Rectangles of 2 to 30 hectares inside the county, as plane integers of 0.0001 m."""
    draw = random.Random(seed)  # noqa: S311
    made = []
    for _ in range(count):
        east, north = 395_000_000_000 + draw.randrange(150_000_000), 35_050_000_000 + draw.randrange(100_000_000)
        width, height = draw.randrange(1_500_000, 6_000_000), draw.randrange(1_500_000, 5_000_000)
        ring = ((east, north), (east + width, north), (east + width, north + height), (east, north + height))
        made.append(PlaneShape.from_json({"zone": ZONE, "parts": [[[list(p) for p in ring]]]}))
    return made


def postgis(shape: PlaneShape) -> list[Any]:
    """The same question asked of PostGIS: area by layer of the intersection, on the spheroid, in degrees."""
    found = []
    with kernel.acting(kernel.system_actor("测速")), connection.cursor() as cursor:
        for layer in LAYERS:
            cursor.execute(
                f"SELECT sum(ST_Area(ST_Intersection(geom, s.g)::geography)) FROM layers.{layer},"
                " (SELECT ST_GeomFromWKB(%s, 4490) AS g) s WHERE geom && s.g AND ST_Intersects(geom, s.g)"
                " AND county = %s AND known_to IS NULL AND valid_to IS NULL",
                [shape.to_wkb_4490(), COUNTY],
            )
            found.append(cursor.fetchone()[0])
    return found


def tiles(count: int, zoom: int, seed: int = 7) -> list[tuple[int, int, int]]:
    """Tiles over the middle of the county."""
    draw = random.Random(seed)  # noqa: S311
    size = 180 / 2**zoom
    made = []
    for _ in range(count):
        lon, lat = draw.uniform(116.95, 117.2), draw.uniform(31.6, 31.75)
        made.append((zoom, int((lon + 180) / size), int((90 - lat) / size)))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description="示例省测速")
    parser.add_argument("--runs", type=int, default=60)
    runs = parser.parse_args().runs
    day, actor = kernel.today(), kernel.system_actor("测速")
    drawn = sites(runs)
    onemap.screen(drawn[0], on=day, counties=[COUNTY])
    print(machine(), HEAD, sep="\n\n")
    ways = {
        "地块审查(四个主题,官方面积,锁定版本)": lambda n: onemap.screen(drawn[n], on=day, counties=[COUNTY]),
        "PostGIS 直接求交(四个图层,只有面积)": lambda n: postgis(drawn[n]),
    }
    for name, values in interleaved(ways, runs).items():
        print(row(name, values))
    for zoom in (10, 12, 14):
        asked = tiles(runs, zoom)
        for name in ("冷", "热"):
            values = [seconds(lambda at=at: onemap.tile(actor, "tdt1057@2020/DLTB", *at)) for at in asked]  # type: ignore[misc]
            print(row(f"矢量瓦片 z{zoom}({name})", values))
    figures = {"分类面积统计": lambda n: onemap.statistics(actor, "tdt1057@2020/DLTB", county=COUNTY)}
    print(row("分类面积统计(一个县)", interleaved(figures, min(runs, 20))["分类面积统计"]))


if __name__ == "__main__":
    main()
