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
from ziyuan.site.demo.story import FORM  # noqa: E402
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


def boundary(east: float, north: float) -> bytes:
    """A square of one hectare as boundary-point TXT, zone 39."""
    corners = [(north, east), (north, east + 100), (north + 100, east + 100), (north + 100, east), (north, east)]
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=39", "计量单位=米", "[地块坐标]"]
    lines.append("5,1.0000,DK1,测速地块,面,,公路用地,1003,@")
    lines += [f"J{i % 4 + 1},1,{n:.3f},{e:.3f}" for i, (n, e) in enumerate(corners)]
    return "\r\n".join(lines).encode("gb18030")


def timed_cases(cases: int) -> dict[str, list[float]]:
    """Seconds of each kind of step over `cases` cases of the county, from submission to decision."""
    known = accounts()
    outer = kernel.node().public_url
    company = Client(outer, *_sign(account_of(known, "applicant", "340000")))
    people = [
        ("县级受理初审(同意)", Client(kernel.node().url, *_sign(account_of(known, "county_clerk", COUNTY)))),
        ("县级决定(同意,含图层、归档、审计)", Client(kernel.node().url, *_sign(account_of(known, "county_chief", COUNTY)))),
    ]
    found: dict[str, list[float]] = {"提交申报(外网)": [], "提交到内网成案(含交换与审查)": [], **{n: [] for n, _ in people}}
    for number in range(cases):
        draft = _draft(company, 39_505_000 + 400 * number)
        start = time.perf_counter()
        sent = company.post(f"/api/applications/{draft}/submit", {"command": uuid.uuid4().hex})
        found["提交申报(外网)"].append(time.perf_counter() - start)
        clerk = people[0][1]
        while not (items := clerk.get("/api/cases", q=sent["no"])["items"]):
            time.sleep(0.05)
        found["提交到内网成案(含交换与审查)"].append(time.perf_counter() - start)
        for name, person in people:
            found[name].append(_agree(person, items[0]["id"]))
    return found


def _sign(account: dict[str, str]) -> tuple[str, str]:
    return account["user"], account["password"]


def _draft(company: Client, east: float) -> int:
    at = company.post("/api/applications", {"matter": "use_control/site_review"})["id"]
    company.put(f"/api/applications/{at}/form", {**FORM, "project_level": "county", "declared_area": 1})
    read = company.upload(f"/api/applications/{at}/site", ("测速.txt", boundary(east, 3_508_000)))
    company.post(f"/api/applications/{at}/site/confirm", {"confirm": read["confirm"]})
    for kind in ("application", "basis", "farmland_proof", "redline_proof"):
        company.upload(f"/api/applications/{at}/papers", (f"{kind}.pdf", b"%PDF-1.4\n" + kind.encode()), kind=kind)
    return int(at)


def _agree(person: Client, case: int) -> float:
    offered = next(a for a in person.get(f"/api/cases/{case}")["actions"] if a["id"] == "agree")
    body = {"task": offered["task"], "opinion": "同意。", "command": uuid.uuid4().hex}
    return seconds(lambda: person.post(f"/api/cases/{case}/actions/agree", body))


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
    for name, values in (timed_cases(told.cases) if told.cases else {}).items():
        print(row(name, values))
    print(row("空提交(同一数据库,一行插入)", commits(200)))


if __name__ == "__main__":
    main()
