"""The story's own times over HTTP: a delivery until it is sealed, one step of a case, beside a bare durable commit.

Run on an installation that is up: `./ziyuan bench story --package 340123-2024.zip [--cases 10]`. It delivers a package of
a county again (as a correction of the same year) and opens cases: use a sample installation.
"""

import argparse
import json
import os
import sys
import time
import uuid
from pathlib import Path

import django
from harness import HEAD, machine, row, seconds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from ziyuan.kernel import service as kernel  # noqa: E402
from ziyuan.site.demo import steps  # noqa: E402
from ziyuan.site.sample import deliver  # noqa: E402
from ziyuan.site.sample.client import Client, account_of  # noqa: E402

COUNTY = "340123"


def accounts() -> list[dict[str, str]]:
    """Sample accounts of both nodes."""
    here = kernel.node().data
    found: list[dict[str, str]] = []
    for name in ("inner", "outer"):
        found += json.loads((here.parent / name / "accounts.json").read_text(encoding="utf-8"))
    return found


def delivery(package: Path) -> None:
    """One package from the first byte sent to the sealed edition."""
    known = accounts()
    officer, reviewer = (
        Client(kernel.node().url, a["user"], a["password"])
        for a in (account_of(known, "data_officer", COUNTY), account_of(known, "data_reviewer", "340000"))
    )
    period = package.stem.split("-")[1]
    start = time.perf_counter()
    told = deliver.deliver(officer, package, COUNTY, period, uuid.uuid4().hex)
    told = deliver.checked(officer, told["id"])
    checked = time.perf_counter() - start
    if told["state"] != "review":
        sys.exit(f"包未通过质检:{told['state']}")
    features = sum(layer["features"] for layer in told["layers"])
    took = seconds(lambda: deliver.accept(reviewer, told["id"]))
    total = checked + took
    print(f"| 汇交到待审(上传、读取、质检) | {features} 个要素 | {checked:.1f} 秒 | {features / checked:.0f} 个/秒 |")
    print(f"| 验收封存(摘要、历史、索引、Parquet) | {features} 个要素 | {took:.1f} 秒 | {features / took:.0f} 个/秒 |")
    print(f"| 合计 | {features} 个要素 | {total:.1f} 秒 | {features / total:.0f} 个/秒 |")


def commits(count: int) -> list[float]:
    """Bare insert-commits on the same database: the floor of any step."""
    values = []
    for n in range(count):

        def work(n: int = n) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO kernel_event (name, county, facts, at) VALUES ('bench', '', %s, now())", [json.dumps(n)]
                )

        values.append(seconds(work))
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description="故事测速")
    parser.add_argument("--package", type=Path)
    parser.add_argument("--cases", type=int, default=10)
    told = parser.parse_args()
    print(machine())
    if told.package:
        print("\n| 步骤 | 规模 | 用时 | 速度 |\n|---|---|---|---|")
        delivery(told.package)
    print(f"\n{HEAD}")
    for name, values in steps.timed_cases(accounts(), told.cases).items():
        print(row(name, values))
    print(row("空提交(同一数据库,一行插入)", commits(200)))


if __name__ == "__main__":
    main()
