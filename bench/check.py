"""Full check of a county beside GEOS coverage, PostGIS SQL and QGIS: the same files, in turn, each in its own process.

Run: `python bench/check.py [--patches 31250 125000] [--runs 3] [--socket DIR --port N]
[--folder DIR]`. The files come from
`ziyuan sample --faulty`, so that each way also says what it finds. PostGIS needs a server (socket and port);
QGIS needs Debian's `qgis` and `python3-qgis` (`apt-get install --no-install-recommends qgis python3-qgis`); what is
absent is left out, with a word. Times are wall seconds from the file to the last finding, loading of the table into
PostGIS told apart; memory is the peak of the process (of PostGIS: of the client only).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import folder, machine

ROOT = Path(__file__).resolve().parents[1]
COUNTY, YEAR, LAYER = "340123", "2025", "DLTB"
GAP_WIDTH = 1.0
PLANTED = ("DLTB-T1", "DLTB-T2", "DLTB-T3", "DLTB-T4")
QGIS_MOST = 35_000
"""Patches above which QGIS is not asked."""
TOPOLOGY = """
standard: {id: bench, edition: "1", title: 拓扑}
space: {area: plane}
entities:
  DLTB:
    geometry: {kind: polygon}
    topology:
      - {id: T-1, rule: no_overlap}
      - {id: T-2, rule: no_gap}
      - {id: T-3, rule: no_duplicate}
      - {id: T-4, rule: no_contained}
"""


def package(held: Path, patches: int) -> tuple[Path, int]:
    """GeoPackage of a faulty county of about so many patches, and how many faults of topology were planted in it."""
    made = held / f"check-{patches}"
    if not (made / "faults.json").is_file():
        _generate(made, patches)
    faults = json.loads((made / "faults.json").read_text(encoding="utf-8"))
    listed = faults if isinstance(faults, list) else faults["faults"]
    return next(made.glob("*.gpkg")), sum(f["rule"] in PLANTED for f in listed)


def _generate(made: Path, patches: int) -> None:
    run = [sys.executable, "-m", "ziyuan.site.cli", "sample", "--county", COUNTY, "--patches", str(patches), "--years", "1",
           "--last-year", YEAR, "--faulty", "--out", str(made)]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True)
    with zipfile.ZipFile(made / f"{COUNTY}-{YEAR}-faulty.zip") as packed:
        inner = next(name for name in packed.namelist() if name.endswith(".gpkg"))
        (made / Path(inner).name).write_bytes(packed.read(inner))


def ours(file: Path, *options: str) -> dict[str, Any]:
    """`ziyuan map check` in this process; findings by kind."""
    from click.testing import CliRunner

    from ziyuan.onemap.cli import commands

    done = CliRunner().invoke(commands, ["check", str(file), *options, "--json"])
    if done.exit_code not in (0, 1):
        raise SystemExit(done.output)
    rows = json.loads(done.stdout.splitlines()[-1])["summary"]["by_rule"]
    return {"findings": sum(r["count"] for r in rows), "topology": sum(r["count"] for r in rows if r["rule"][-2:] in _TOPOLOGY)}


_TOPOLOGY = ("T1", "T2", "T3", "T4", "-1", "-2", "-3", "-4")


def full(file: Path) -> dict[str, Any]:
    """All rules of the survey standard on all layers."""
    controls = file.parent / "control_areas.csv"
    return ours(file, "--standard", "tdt1057@2020", "--county", COUNTY, "--period", YEAR, "--control-areas", str(controls))


def topology(file: Path) -> dict[str, Any]:
    """Overlaps, gaps, duplicates, contained shapes of the patches only."""
    model = file.parent / "topology.yaml"
    model.write_text(TOPOLOGY, encoding="utf-8")
    return ours(file, "--standard", str(model), "--layer", LAYER)


def geos(file: Path) -> dict[str, Any]:
    """shapely: validity, coverage edges with gap width, and a self join for overlaps, containment, equality."""
    import pyogrio
    import shapely

    shapes = shapely.from_wkb(pyogrio.raw.read(file, layer=LAYER)[2])
    broken = int((~shapely.is_valid(shapes)).sum())
    shapes = shapely.make_valid(shapes) if broken else shapes
    edges = shapely.coverage_invalid_edges(shapes, gap_width=GAP_WIDTH)
    flagged = int((shapely.length(edges) > 0).sum())
    tree = shapely.STRtree(shapes)
    pairs = 0
    for predicate in ("overlaps", "contains_properly", "covers"):
        left, right = tree.query(shapes, predicate=predicate)
        pairs += int((left < right).sum() if predicate == "overlaps" else (left != right).sum())
    return {"findings": broken + flagged + pairs, "topology": pairs, "flagged": flagged}


SQL = (
    "SELECT count(*) FROM bench_check WHERE NOT ST_IsValid(geom)",
    "SELECT count(*) FROM bench_check a JOIN bench_check b ON a.fid < b.fid AND a.geom && b.geom"
    " AND ST_Relate(a.geom, b.geom, 'T********') AND ST_Area(ST_Intersection(a.geom, b.geom)) > 0",
    "SELECT sum(ST_NumInteriorRings(g)) FROM (SELECT (ST_Dump(ST_Union(geom))).geom g FROM bench_check) u",
)
"""Validity; overlaps, containment and equality; gaps."""


def postgis(file: Path) -> dict[str, Any]:
    """The same rules in SQL; the table is loaded and indexed first, and that time told apart."""
    import psycopg
    import pyogrio

    wkb = pyogrio.raw.read(file, layer=LAYER)[2]
    where = {"host": os.environ["BENCH_SOCKET"], "port": os.environ["BENCH_PORT"], "user": "postgres", "dbname": "postgres"}
    with psycopg.connect(**where, autocommit=True) as connection:  # type: ignore[arg-type]
        started = time.perf_counter()
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        connection.execute("DROP TABLE IF EXISTS bench_check")
        connection.execute("CREATE UNLOGGED TABLE bench_check (fid int, geom geometry)")
        with connection.cursor().copy("COPY bench_check FROM STDIN") as copy:
            for number, shape in enumerate(wkb):
                if shape is not None:
                    copy.write_row((number, shape.hex()))
        connection.execute("UPDATE bench_check SET geom = ST_MakeValid(geom) WHERE NOT ST_IsValid(geom)")
        connection.execute("CREATE INDEX ON bench_check USING gist (geom)")
        connection.execute("ANALYZE bench_check")
        loaded = time.perf_counter() - started
        found = [connection.execute(query).fetchone()[0] or 0 for query in SQL]  # type: ignore[arg-type,index]
        connection.execute("DROP TABLE bench_check")
    return {"findings": int(sum(found)), "topology": int(found[1] + found[2]), "load": round(loaded, 1)}


QGIS = """
import json, sys
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
sys.path.append("/usr/share/qgis/python/plugins")
import processing
from processing.core.Processing import Processing
Processing.initialize()
source = sys.argv[1] + "|layername=DLTB"
valid = processing.run("qgis:checkvalidity", {"INPUT_LAYER": source, "METHOD": 2, "VALID_OUTPUT": "memory:",
                       "INVALID_OUTPUT": "memory:", "ERROR_OUTPUT": "memory:"})
fixed = processing.run("native:fixgeometries", {"INPUT": source, "OUTPUT": "memory:"})["OUTPUT"]
union = processing.run("native:union", {"INPUT": fixed, "OUTPUT": "memory:"})["OUTPUT"]
seen, double = set(), 0
for feature in union.getFeatures():
    key = feature.geometry().asWkb().data()
    double += key in seen
    seen.add(key)
whole = processing.run("native:dissolve", {"INPUT": fixed, "OUTPUT": "memory:"})["OUTPUT"]
shapes = [f.geometry() for f in whole.getFeatures()]
gaps = sum(len(part) - 1 for s in shapes if s.convertToMultiType() for part in s.asMultiPolygon())
print(json.dumps({"findings": valid["INVALID_COUNT"] + double + gaps, "topology": double + gaps}))
"""
"""Processing of QGIS 3.22: validity, self-union for overlaps, dissolve for gaps (its geometry checker needs the window)."""


def qgis(file: Path) -> dict[str, Any]:
    """QGIS by its own Python."""
    script = file.parent / "ask_qgis.py"
    script.write_text(QGIS, encoding="utf-8")
    told = subprocess.run(["/usr/bin/python3", str(script), str(file)], capture_output=True, text=True, check=False,
                          env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})  # fmt: skip
    lines = [line for line in told.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(told.stderr[-2000:])
    return dict(json.loads(lines[-1]))


WAYS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ziyuan 全部规则": full, "ziyuan 只查拓扑": topology, "GEOS": geos, "PostGIS": postgis, "QGIS": qgis,
}  # fmt: skip


def measured(way: str, file: Path) -> dict[str, Any]:
    """One way in a process of its own: seconds, peak memory in GB, what it found."""
    read, write = os.pipe()
    started = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, __file__, "--way", way, "--file", str(file)], os.environ,
                           file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])  # fmt: skip
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    if status or not text.strip():
        return {"failed": True}
    return json.loads(text.splitlines()[-1]) | {"wall": wall, "memory": used.ru_maxrss / 1e6}


def absent(way: str, patches: int) -> str | None:
    """Why a way is left out; None when it is not."""
    if way == "PostGIS" and "BENCH_SOCKET" not in os.environ:
        return "没有给出 PostGIS 服务器"
    if way == "QGIS" and shutil.which("qgis_process") is None:
        return "没有安装 qgis"
    return "超过它受得了的规模" if way == "QGIS" and patches > QGIS_MOST else None


def line(way: str, runs: list[dict[str, Any]]) -> str:
    """A row of the table."""
    if any("failed" in run for run in runs):
        return f"| {way} | 未完成 | | | | |"
    wall = [run["wall"] for run in runs]
    last, load = runs[-1], f"（另装载 {runs[-1]['load']} 秒）" if "load" in runs[-1] else ""
    spread = f"{min(wall):.1f}–{max(wall):.1f}"
    memory = max(r["memory"] for r in runs)
    return f"| {way} | {statistics.median(wall):.1f}{load} | {spread} | {memory:.2f} | {last['topology']} | {last['findings']} |"


HEAD = "| 方法 | 中位（秒） | 范围 | 内存峰值（GB） | 拓扑问题 | 全部问题 |\n|---|---|---|---|---|---|"


def compare(patches: int, runs: int, held: Path) -> None:
    """One size: every way once a round, then the table."""
    file, planted = package(held, patches)
    print(f"\n## {patches} 个图斑，拓扑错误植入 {planted} 处\n\n{HEAD}")
    asked = [way for way in WAYS if absent(way, patches) is None]
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in asked}
    for _ in range(runs):
        for way in asked:
            found[way].append(measured(way, file))
    for way in WAYS:
        print(line(way, found[way]) if way in found else f"| {way} | {absent(way, patches)} | | | | |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="全量质检与 GEOS、PostGIS、QGIS 对比")
    parser.add_argument("--patches", type=int, nargs="+", default=[31_250, 125_000], help="图斑数")
    parser.add_argument("--runs", type=int, default=3, help="每种方法的次数")
    parser.add_argument("--socket", help="PostGIS 的套接字文件夹")
    parser.add_argument("--port", default="5432", help="PostGIS 的端口")
    parser.add_argument("--folder", type=Path, help="生成的文件留在此处,下次再用")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        print(json.dumps(WAYS[asked.way](asked.file)))
        return
    if asked.socket:
        os.environ |= {"BENCH_SOCKET": asked.socket, "BENCH_PORT": asked.port}
    print(machine())
    with folder(asked.folder) as held:
        for patches in asked.patches:
            compare(patches, asked.runs, held)


if __name__ == "__main__":
    main()
