"""Mass dispatch (成批下发): patch cases with geometry from a file, on a durable PostgreSQL; how the cost grows.

Run: `python bench/dispatch.py [--rows 1000 10000 100000] [--jobs 1 2] [--batch 1000]`. It starts a server of its own
(fsync on). What is timed is what `ziyuan case dispatch` does, from the first line of the file to the last commit: reading,
coordinates into the plane, the form's check, numbers, events and hash chain, tasks, rights, audit. Each dispatch is a
process of its own; then the same file once more, when every row has its case.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import matters
from harness import folder, machine
from own_server import served

COUNTIES = 16
TICK = 1 / os.sysconf("SC_CLK_TCK")


def work() -> None:
    """A process of ours: dispatch a file; what it took."""
    import django

    order = json.loads(sys.stdin.readline())
    django.setup()
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow.dispatching.dispatch import dispatch
    from ziyuan.workflow.dispatching.file import read

    before, start = _used(), time.perf_counter()
    rows = read(Path(order["file"]))
    by = kernel.system_actor("测速")
    report = dispatch(by, f"{matters.PACK}/patch", rows, batch=order["batch"], jobs=order["jobs"])
    took = time.perf_counter() - start
    peak = [resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {"seconds": took, "cpu": _used() - before, "peak": peak, "opened": report.opened, "known": report.known}
    print(json.dumps({**told, "faults": report.faults[:3]}, ensure_ascii=False))


def _used() -> float:
    """Processor seconds of this process and of those it has waited for."""
    told = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in told)


def of_server() -> float:
    """Processor seconds of the database server, all its processes and those that have ended."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    server = int(_stat(backend)[1])
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    ended = sum(int(ticks) for ticks in _stat(server)[11:15])
    return (ended + sum(int(ticks) for child in children for ticks in _stat(int(child))[11:13])) * TICK


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def counties() -> list[str]:
    """Sixteen counties of one zone, each with a clerk."""
    from ziyuan.kernel import service as kernel
    from ziyuan.kernel.identity.people import add_person
    from ziyuan.kernel.identity.sample import SINCE, organ_of

    free = (r for r in kernel.regions() if r.level == "county" and r.zone == 39 and not kernel.people("county_clerk", r.code))
    found = [r.code for r in islice(free, COUNTIES)]
    for county in found:
        add_person(f"clerk-{county}", "测速经办", organ_of(county), "pw", ["county_clerk"], SINCE)
    return found


def written(path: Path, mark: str, size: int, among: list[str]) -> Path:
    """A list of patches: one Feature a line, five points each."""
    with path.open("w", encoding="utf-8") as lines:
        for n in range(1, size + 1):
            west, south, side = 117 + n % 1000 * 1e-4, 31.5 + n // 1000 * 1e-4, 6e-5
            ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
            told = {"no": f"{mark}-{n}", "county": among[n % len(among)], **_patch(n)}
            geometry = {"type": "Polygon", "coordinates": [[[round(x, 9), round(y, 9)] for x, y in ring]]}
            lines.write(json.dumps({"type": "Feature", "properties": told, "geometry": geometry}, ensure_ascii=False) + "\n")
    return path


def _patch(number: int) -> dict[str, Any]:
    return {"patch_no": f"340000-{number:07d}", "land_class": "0101", "place": "上派镇某村", "kind": "新增建设用地",
            "found_on": "2026-09-30", "area": 3600.5}  # fmt: skip


def measured(path: Path, size: int, jobs: int, batch: int) -> None:
    """One line of the table."""
    told = []
    for _ in range(2):
        before = of_server()
        order = json.dumps({"file": str(path), "jobs": jobs, "batch": batch})
        done = subprocess.run([sys.executable, __file__, "--work"], input=order, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        told.append({**json.loads(done.stdout), "server": of_server() - before})
    first, again = told
    if (first["opened"], again["known"]) != (size, size):
        raise SystemExit(f"下发不全:{told}")
    print(
        f"| {size} | {jobs} | {first['seconds']:.1f} | {size / first['seconds']:.0f} | {first['cpu'] / size * 1e3:.3f}"
        f" | {first['server'] / size * 1e3:.3f} | {first['peak'][0]} / {first['peak'][1]} | {again['seconds']:.1f} |", flush=True
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="成批下发的测速")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="几个工作进程")
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        return work()
    print(machine())
    with folder(None) as place, served(matters.PACK, matters.pack()):
        among = counties()
        print("\n| 件数 | 进程 | 秒 | 件/秒 | 每件处理器毫秒:本平台 | 数据库 | 内存峰值(MiB,主 / 工作) | 再运行(都已有),秒 |")
        print("|---|---|---|---|---|---|---|---|")
        for size in asked.rows:
            for jobs in asked.jobs:
                measured(written(place / "list.geojsonl", f"B{size}-{jobs}", size, among), size, jobs, asked.batch)
        print(f"\n结束时负载 {os.getloadavg()[0]:.1f}")
    return None


if __name__ == "__main__":
    main()
