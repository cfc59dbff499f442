"""Official area of patches beside `ST_Area(geography)` of PostGIS on the same patches, taking turns.

Run: `python bench/area.py [--patches 20000] [--cluster .ziyuan/test-cluster.json]`. A scratch database is made on
the cluster and dropped again. Processor seconds of one core on both sides (the backend's from /proc, parallel
query off), so that other work on the machine counts little; median, least and most of five rounds. The layer: a
Voronoi tessellation of a 40 km square with vertices about every 30 m (`--spacing`), fixed seed.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyogrio
from harness import machine

from base import tessellation
from ziyuan.base import areas
from ziyuan.base.geometry import PlaneBatch, ellipsoid
from ziyuan.base.geometry.gauss import Inverse
from ziyuan.base.geometry.wkb import binary

ROUNDS = 5
NAME = "ziyuan_bench_area"
TICK = 0.01


@contextmanager
def scratch(cluster: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """A database of its own with PostGIS, dropped at the end."""
    told = {"host": cluster["host"], "port": cluster["port"], "user": cluster["superuser"], "autocommit": True}
    with psycopg.connect(dbname="postgres", **told) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME}")
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            with psycopg.connect(dbname=NAME, **told) as link:
                link.execute("CREATE EXTENSION postgis")
                link.execute("SET max_parallel_workers_per_gather = 0")
                yield link
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def load(link: psycopg.Connection[Any], batch: PlaneBatch) -> None:
    """The patches as geography (EPSG:4490)."""
    link.execute("CREATE TABLE patch (shape geography(MultiPolygon, 4490))")
    with link.cursor().copy("COPY patch FROM STDIN") as copy:
        for shape in batch.to_wkb_4490(srid=True):
            copy.write_row([shape.hex()])
    link.execute("VACUUM ANALYZE patch")


def backend(link: psycopg.Connection[Any]) -> Callable[[], float]:
    """Processor seconds that the backend of a connection has used."""
    held = Path(f"/proc/{link.info.backend_pid}/stat")

    def used() -> float:
        fields = held.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK

    return used


def trapezoids(batch: PlaneBatch) -> Callable[[], float]:
    """The trapezoid step alone, on latitudes and longitudes that are ready."""
    east, north, offsets = ellipsoid.split_sides(batch.coords, batch.ring_offsets)
    latitude, longitude = Inverse(north.min(), north.max())(east, north, batch.zone)
    rings = np.empty(len(offsets) - 1)

    def summed() -> float:
        ellipsoid.slices(latitude, longitude, offsets, rings)
        return float(np.abs(rings).sum())

    return summed


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="官方椭球面积与 PostGIS 对比")
    parser.add_argument("--patches", type=int, default=20_000, help="图斑数")
    parser.add_argument("--spacing", type=float, default=30.0, help="节点间距(米)")
    parser.add_argument("--file", help="改用一个 GPKG 的图层,如示例县的交付文件(带号坐标,39 带)")
    parser.add_argument("--layer", default="DLTB")
    parser.add_argument("--cluster", default=".ziyuan/test-cluster.json", help="数据库集簇的说明文件")
    given = parser.parse_args()
    print(machine())
    bytes_of = _patches(given)
    batch = PlaneBatch.from_wkb(bytes_of, 39)
    print(f"{given.file or '种子固定的镶嵌'}:{len(batch)} 个图斑,{len(batch.coords)} 个节点")
    ours: dict[str, Callable[[], float]] = {
        "官方面积,全部步骤,从整数坐标": lambda: float(areas.official_area(batch).sum()),
        "官方面积,全部步骤,从 WKB": lambda: float(areas.official_area(PlaneBatch.from_wkb(bytes_of, 39)).sum()),
        "其中梯形一步": trapezoids(batch),
    }
    with scratch(json.loads(Path(given.cluster).read_text(encoding="utf-8"))) as link:
        load(link, batch)
        for work in ours.values():
            work()  # once, so that what numba compiles is compiled
        report(ours, link)


def _patches(given: argparse.Namespace) -> pa.Array:
    if not given.file:
        return binary(tessellation(given.patches, given.spacing))
    _, table = pyogrio.read_arrow(given.file, layer=given.layer, columns=[])
    return binary(table.column(table.num_columns - 1))


def report(ours: dict[str, Callable[[], float]], link: psycopg.Connection[Any]) -> None:
    """All ways in turn, then their times and sums."""
    used, peer = backend(link), "PostGIS ST_Area(geography)"
    taken: dict[str, list[float]] = {name: [] for name in (peer, *ours)}
    sums: dict[str, float] = {}
    for _ in range(ROUNDS):
        begun = used()
        found = link.execute("SELECT sum(ST_Area(shape)) FROM patch").fetchone()
        taken[peer].append(used() - begun)
        sums[peer] = float(found[0]) if found else np.nan
        for name, work in ours.items():
            begun = time.process_time()
            sums[name] = work()
            taken[name].append(time.process_time() - begun)
    bar = statistics.median(taken[peer])
    print("| 项目 | 中位(秒) | 最小 | 最大 | 倍数 | 面积合计(平方米) |\n|---|---|---|---|---|---|")
    for name, values in taken.items():
        middle = statistics.median(values)
        print(f"| {name} | {middle:.3f} | {min(values):.3f} | {max(values):.3f} | {bar / middle:.1f} | {sums[name]:.2f} |")


if __name__ == "__main__":
    main()
