"""The inbox of one person among a million open tasks: first page, later page, search, filters, counters.

Run: `python bench/inbox.py [--tasks 10000 100000 1000000] [--runs 30] [--explain]`. Needs the test server of `./ziyuan test`;
makes a database of its own there and drops it. One case for each open task, half as many ended tasks, parts and copies.
The measured clerk holds 2,000 open tasks and shares a pool of 400; a second person holds a twentieth of all tasks.
Case states are empty: they lie outside the row in a real table too (TOAST), and no list reads them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import machine, percentile

ROOT = Path(__file__).resolve().parents[1]
CLERK, HEAVY, OTHERS = 1, 2, 500
COUNTY, MATTER, HELD, POOL = "340123", "use_control/site_review", 2000, 400


def node() -> tuple[dict[str, Any], Callable[[], None]]:
    """A database of its own on the test server, provisioned; its facts, and how to take it away."""
    sys.path.insert(0, str(ROOT))
    from tests.support import database

    told = json.loads(database.write_node("inner").read_text(encoding="utf-8"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "ziyuan.site.settings"
    database.create(told)
    subprocess.run([sys.executable, "-m", "ziyuan.site.manage", "provision"], check=True, capture_output=True)
    return told, lambda: database.drop(told)


HEAD = "| 项目 | 次数 | 处理器中位(毫秒) | 处理器 p95 | 墙钟中位 | 墙钟 p95 |\n|---|---|---|---|---|---|"
_CASES = """
INSERT INTO workflow_case (id, no, outer_no, matter, version, title, applicant, county, counties, status, opened, accepted,
                           due, yellow_on, lamp, clock, seq, head, platform_no, brought, state)
SELECT n, at.code || '-YSXZ-2026-' || n, 'AH-2026-' || n, %(matter)s, %(version)s, '某县第 ' || n || ' 号产业园',
       '示例公司 ' || n %% 977, at.code, ARRAY[at.code], 'open', now() - n %% 90 * interval '1 day' - n * interval '1 ms',
       current_date - 10,
       current_date - 20 + n %% 60, current_date - 24 + n %% 60, '',
       jsonb_build_object('limit', 15, 'provisional', false, 'calendar', at.code), 1, repeat('0', 64), '', '{}', '{}'
FROM generate_series(1, %(tasks)s) n
JOIN LATERAL (SELECT CASE WHEN n <= %(near)s THEN %(county)s ELSE (%(codes)s::text[])[1 + n %% %(places)s] END code) at ON true
"""
_OPEN = """
INSERT INTO workflow_task (id, case_id, number, node, title, role, region, holder, state, opened, done, due, yellow_on, lamp,
                           outcome, prompted, matter, county, counties, told)
SELECT c.id, c.id, 1, 'accept', '县级受理初审', 'county_clerk', c.county,
       CASE WHEN c.id <= %(held)s THEN %(clerk)s WHEN c.id <= %(near)s THEN NULL WHEN c.id %% 20 = 0 THEN %(heavy)s
            WHEN c.id %% 21 = 0 THEN NULL ELSE 10 + c.id %% %(others)s END,
       'open', c.opened, NULL, c.due, c.yellow_on, '', '', true, c.matter, c.county, c.counties, '{}'
FROM workflow_case c
"""
_DONE = """
INSERT INTO workflow_task (id, case_id, number, node, title, role, region, holder, state, opened, done, due, yellow_on, lamp,
                           outcome, prompted, matter, county, counties, told)
SELECT %(tasks)s + c.id, c.id, 2, 'check', '核对', 'county_clerk', c.county,
       CASE WHEN c.id <= %(held)s THEN %(clerk)s ELSE 10 + c.id %% %(others)s END,
       'done', c.opened, c.opened + interval '1 hour', c.due, c.yellow_on, '', 'agree', true, c.matter, c.county, c.counties, '{}'
FROM workflow_case c WHERE c.id %% 2 = 0
"""
_PARTS = """
INSERT INTO workflow_casepart (case_id, county, counties, person, running)
SELECT case_id, county, counties, holder, true FROM workflow_task WHERE holder IS NOT NULL ON CONFLICT DO NOTHING
"""
_COPIES = """
INSERT INTO workflow_casecopy (case_id, county, counties, number, person, kind, at, read)
SELECT id, county, counties, 1, CASE WHEN id <= 4000 THEN %(clerk)s ELSE 10 + id %% %(others)s END, 'copy', opened,
       CASE WHEN id %% 3 = 0 THEN NULL ELSE now() END
FROM workflow_case WHERE id %% 4 = 0
"""


def fill(told: dict[str, Any], tasks: int) -> None:
    """The tables of that many open tasks, as the server's owner (row security does not bind him)."""
    from tests.support import database

    from ziyuan.kernel import service as kernel
    from ziyuan.workflow.cases.runtime import runtime

    codes = [r.code for r in kernel.regions() if r.level == "county"]
    facts = {
        "matter": MATTER, "version": runtime(MATTER).version, "tasks": tasks, "county": COUNTY, "codes": codes,
        "places": len(codes), "held": HELD, "near": HELD + POOL, "clerk": CLERK, "heavy": HEAVY, "others": OTHERS,
    }  # fmt: skip
    with database.connect(told, told["database"]["name"]) as server:
        names = ("taskseen", "casecopy", "casepart", "task", "case")
        server.execute(f"TRUNCATE {', '.join(f'workflow_{name}' for name in names)} CASCADE")
        for statement in (_CASES, _OPEN, _DONE, _PARTS, _COPIES):
            server.execute(statement, facts)
        server.execute("VACUUM ANALYZE")


def actor(person: int) -> Any:
    from ziyuan.kernel import service as kernel

    return kernel.Actor(
        person=person, name="经办人", organ=f"ZR{COUNTY}", organ_name="示例机关",
        region=COUNTY if person == CLERK else "340000", roles=frozenset(["county_clerk"]), node="inner",
    )  # fmt: skip


def ways() -> dict[str, Callable[[int], object]]:
    """What is measured, by its words."""
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow import service as workflow

    clerk, heavy, pages = actor(CLERK), actor(HEAVY), workflow.tasks_page
    since = kernel.today().replace(day=1)

    def later(by: Any, number: int) -> str:
        cursor = None
        for _ in range(number):
            cursor = pages(by, after=cursor)["next"]
        return str(cursor)

    deep, deeper = later(clerk, 20), later(heavy, 20)
    return {
        "待办第一页": lambda n: pages(clerk),
        "待办第二十一页": lambda n: pages(clerk, after=deep),
        "待办按收到时间": lambda n: pages(clerk, sort="opened"),
        "待办只看红灯": lambda n: pages(clerk, lamp="red"),
        "待办只看本月收到的": lambda n: pages(clerk, since=since),
        "待办查找(有)": lambda n: pages(clerk, q=f"第 {100 + n} 号"),
        "待办查找(没有)": lambda n: pages(clerk, q="没有这样的项目"),
        "已办第一页": lambda n: pages(clerk, box="done"),
        "我的第一页": lambda n: pages(clerk, box="mine"),
        "抄送第一页": lambda n: pages(clerk, box="copied"),
        "待办数": lambda n: workflow.tasks_count(clerk),
        "四箱件数和未读": lambda n: workflow.inbox_counts(clerk),
        "二十分之一待办在一人名下:第一页": lambda n: pages(heavy),
        "同上:第二十一页": lambda n: pages(heavy, after=deeper),
        "同上:待办数": lambda n: workflow.tasks_count(heavy),
        "同上:查找(没有)": lambda n: pages(heavy, q="没有这样的项目"),
    }


def measured(ways: dict[str, Callable[[int], object]], runs: int) -> dict[str, tuple[list[float], list[float]]]:
    """By way: wall seconds and processor seconds (ours and the database session's) of each run, the ways in turn."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def used() -> float:
        return time.process_time() + int(session.read_text().split()[0]) / 1e9

    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ways}
    for number in range(runs + 2):  # the first two warm up
        for name, work in ways.items():
            wall, before = time.perf_counter(), used()
            work(number)
            if number >= 2:
                found[name][0].append(time.perf_counter() - wall)
                found[name][1].append(used() - before)
    return found


def explain() -> None:
    """Print the plans of the first page's statements."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ziyuan.kernel import service as kernel
    from ziyuan.workflow import service as workflow

    clerk = actor(CLERK)
    with CaptureQueriesContext(connection) as told:
        for box in ("todo", "done", "mine", "copied"):
            workflow.tasks_page(clerk, box=box)
        workflow.inbox_counts(clerk)
    with kernel.acting(clerk), connection.cursor() as cursor:
        for query in told.captured_queries:
            if query["sql"].startswith("SELECT") and "set_config" not in query["sql"]:
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"].replace("%", "%%"), [])
                print(query["sql"][:160], *(line for (line,) in cursor.fetchall()), "", sep="\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tasks", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    asked.add_argument("--runs", type=int, default=30)
    asked.add_argument("--explain", action="store_true")
    given = asked.parse_args()
    told, drop = node()
    try:
        import django

        django.setup()
        for tasks in given.tasks:
            fill(told, tasks)
            print(f"\n{tasks:,} 件待办;{machine()}\n\n{HEAD}")
            for name, (wall, used) in measured(ways(), given.runs).items():
                figures = (statistics.median(used), percentile(used, 0.95), statistics.median(wall), percentile(wall, 0.95))
                print(f"| {name} | {len(used)} | " + " | ".join(f"{v * 1000:.1f}" for v in figures) + " |", flush=True)
            if given.explain:
                explain()
    finally:
        from django.db import connections

        connections.close_all()
        drop()


if __name__ == "__main__":
    main()
