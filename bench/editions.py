"""Sealing, diff and changesets of a county's land-use layer, beside `ogr2ogr` COPY of the same file into the same server.

Run: `python bench/editions.py [--patches 31250 125000] [--runs 3] [--folder DIR]`. Needs the test server of `./ziyuan test`
and Debian's `gdal-bin`. Sealing is everything but the checks: values read, plane integers, 4490 copy, digests, history on
both clocks, indexes, audit, Parquet file. The next year changes about 3 % and is written again with shuffled rows, other
ring starts and the other direction. Every measurement is a process of its own, in turn; wall seconds, median (least–most),
peak memory.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from harness import folder, machine

ROOT = Path(__file__).resolve().parents[1]
SOURCE, YEARS, LAYER = "340123", ("2024", "2025"), "DLTB"
COUNTIES = ("340123", "340121", "340122", "340124", "340181", "341124")
HEAD = "| 图斑 | 项目 | 次数 | 秒(中位) | 最小–最大 | 内存(MB) |\n|---|---|---|---|---|---|"


def files(held: Path, patches: int) -> list[Path]:
    """GeoPackages of two years of a sample county; the second written again in other order, start and direction."""
    made = held / str(patches)
    found, again = [next((made / year).glob("*.gpkg"), None) for year in YEARS], made / "again.gpkg"
    if found[0] is not None and again.is_file():
        return [found[0], again]
    run = [sys.executable, "-m", "ziyuan.site.cli", "sample", "--county", SOURCE, "--patches", str(patches), "--years", "2",
           "--last-year", YEARS[1], "--out", str(made)]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True)
    paths = []
    for year in YEARS:
        with zipfile.ZipFile(made / f"{SOURCE}-{year}.zip") as packed:
            inner = next(name for name in packed.namelist() if name.endswith(".gpkg"))
            packed.extract(inner, made / year)
        paths.append(made / year / inner)
    _write_again(paths[1], again)
    return [paths[0], again]


def _write_again(path: Path, out: Path) -> None:
    import numpy as np
    import pyarrow as pa
    import pyogrio
    import shapely

    meta, table = pyogrio.read_arrow(path, layer=LAYER)
    name = meta["geometry_name"] or "wkb_geometry"
    order = np.random.default_rng(1).permutation(len(table))
    shapes = shapely.from_wkb(table.column(name).take(pa.array(order)).to_numpy(zero_copy_only=False))
    turned = [_turned(shape) for shape in shapes]
    table = table.take(pa.array(order)).drop_columns([name]).append_column("geometry", pa.array(shapely.to_wkb(turned)))
    pyogrio.write_arrow(table, out, layer=LAYER, geometry_name="geometry", geometry_type="MultiPolygon", crs=meta["crs"])


def _turned(shape: Any) -> Any:
    import shapely

    parts = []
    for part in shapely.get_parts(shape):
        rings = [list(ring.coords)[:-1] for ring in (part.exterior, *part.interiors)]
        outer, *holes = [(ring[len(ring) // 2 :] + ring[: len(ring) // 2])[::-1] for ring in rings]
        parts.append(shapely.Polygon(outer, holes))
    return shapely.MultiPolygon(parts[::-1])


def node() -> tuple[dict[str, Any], Callable[[], None]]:
    """A database of its own on the test server, provisioned; its facts, and how to take it away."""
    sys.path.insert(0, str(ROOT))
    from tests.support import database

    told = json.loads(database.write_node("inner").read_text(encoding="utf-8"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "ziyuan.site.settings"
    database.create(told)
    subprocess.run([sys.executable, "-m", "ziyuan.site.manage", "provision"], check=True, capture_output=True)
    return told, lambda: database.drop(told)


def ogr2ogr(told: dict[str, Any], file: Path) -> tuple[float, float]:
    """Seconds and peak memory (MB) of GDAL copying the layer into a table with one spatial index."""
    at = told["database"]
    target = f"PG:host={at['host']} port={at['port']} dbname={at['name']} user=postgres"
    run = ["ogr2ogr", "-f", "PostgreSQL", target, str(file), LAYER, "-nln", "public.bench_copy", "-overwrite", "-nlt",
           "PROMOTE_TO_MULTI", "-lco", "GEOMETRY_NAME=geom", "--config", "PG_USE_COPY", "YES"]  # fmt: skip
    start = time.perf_counter()
    child = subprocess.Popen(run, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("ogr2ogr 没有成功")
    return time.perf_counter() - start, used.ru_maxrss / 1024


def ours(*words: str) -> dict[str, float]:
    """One of the acts below in a process of its own: seconds by step, and `memory`."""
    run = [sys.executable, __file__, "--act", *words]
    done = subprocess.run(run, check=False, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "src")})
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} 没有成功")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def act(name: str, *words: str) -> None:
    """Inside a child: do it and print the seconds."""
    import django

    django.setup()
    found = {"seal": _seal, "changeset": _changeset, "diff": _diff}[name](*words)
    print(json.dumps(found | {"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def _read(file: str) -> Any:
    from ziyuan.onemap.quality.files import Wanted, read_file
    from ziyuan.onemap.standards import library

    return read_file(Path(file), [library.load("tdt1057@2020")], Wanted(layer=LAYER))[LAYER]


def _seal(county: str, year: str, file: str) -> dict[str, float]:
    from ziyuan.kernel import service as kernel
    from ziyuan.onemap import service as onemap

    start = time.perf_counter()
    table = _read(file)
    read = time.perf_counter()
    by, day = kernel.system_actor("测速"), date(int(year), 12, 31)
    onemap.seal(f"{county}-{year}", {LAYER: table}, county=county, reference_date=day, by=by)
    return {"read": read - start, f"seal {year}": time.perf_counter() - read}


def _changeset(source: str, target: str) -> dict[str, float]:
    """From one county's two years a package; applied to another county that holds the first."""
    from ziyuan.kernel import service as kernel
    from ziyuan.onemap import service as onemap
    from ziyuan.onemap.editions import changesets

    by = kernel.system_actor("测速")
    after, before = onemap.editions(by, LAYER, source)[:2]
    start = time.perf_counter()
    made = changesets.make(LAYER, source, before, after, by=by)
    body = changesets.write(made, by=by).body
    written = time.perf_counter()
    edition = changesets.apply(replace(made, county=target), by=by)
    applied = time.perf_counter()
    if edition.hex_digest != after.hex_digest:
        raise SystemExit("增量包没有到达同一摘要")
    return {"make": written - start, "apply": applied - written, "kilobytes": len(body) / 1024, "changes": float(len(made))}


def _diff(old: str, new: str) -> dict[str, float]:
    from ziyuan.onemap.differences.tables import Side, compare
    from ziyuan.onemap.standards import library

    model = library.load("tdt1057@2020")
    start = time.perf_counter()
    sides = [_read(old), _read(new)]
    read = time.perf_counter()
    found = compare(model, model.entities[LAYER], *(Side(side.table, side.epsg) for side in sides))
    return {"read": read - start, "compare": time.perf_counter() - read, "changes": float(len(found.changes))}


TITLES = {
    "ogr": "ogr2ogr COPY(只有一个空间索引)", "read": "读文件(沙箱)", "seal 2024": "入库成版:首年(不含读文件)",
    "seal 2025": "入库成版:次年,变化约 3%", "compare": "两个文件比较(不含读文件)", "make": "生成并签章增量包",
    "apply": "应用增量包",
}  # fmt: skip


def measured(told: dict[str, Any], patches: int, runs: int, held: Path) -> None:
    """Print the rows of one size."""
    first, second = files(held, patches)
    seconds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, float] = defaultdict(float)

    def note(found: dict[str, float], *names: str) -> None:
        for name in names:
            seconds[name].append(found[name])
            memory[name] = max(memory[name], found["memory"])

    for county, other in zip(COUNTIES[:runs], COUNTIES[runs : 2 * runs], strict=True):
        spent, used = ogr2ogr(told, first)
        note({"ogr": spent, "memory": used}, "ogr")
        note(ours("seal", county, YEARS[0], str(first)), "read", "seal 2024")
        note(ours("seal", county, YEARS[1], str(second)), "seal 2025")
        note(ours("diff", str(first), str(second)), "compare")
        ours("seal", other, YEARS[0], str(first))
        note(ours("changeset", county, other), "make", "apply")
    for name, values in seconds.items():
        spread = f"{min(values):.1f}–{max(values):.1f}"
        print(f"| {patches} | {TITLES[name]} | {len(values)} | {statistics.median(values):.1f} | {spread} | {memory[name]:.0f} |")
    ratio = statistics.median(seconds["seal 2024"]) / statistics.median(seconds["ogr"])
    print(f"\n首年入库成版是 ogr2ogr COPY 的 {ratio:.1f} 倍(要求不超过 4 倍)。\n", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--act"]:
        act(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description="入库成版、比较和增量包测速")
    parser.add_argument("--patches", type=int, nargs="+", default=[31_250, 125_000])
    parser.add_argument("--runs", type=int, default=3, choices=(1, 2, 3))
    parser.add_argument("--folder", type=Path, help="生成的文件留在此处,下次再用")
    asked = parser.parse_args()
    print(machine(), HEAD, sep="\n\n")
    with folder(asked.folder) as held:
        for patches in asked.patches:
            told, away = node()
            try:
                measured(told, patches, asked.runs, held)
            finally:
                away()


if __name__ == "__main__":
    main()
