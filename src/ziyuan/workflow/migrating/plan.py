"""The dry run (试算): every open case of a matter that is not on its present version, and what would become of it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, QuerySet

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.runtime import Runtime
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import present, runtime_of
from ziyuan.workflow.migrating.look import VERDICTS, look

READ = "migration.read"
SHOWN = 500
CHUNK = 200
HEADS = ("案件编号", "行政区", "旧版本", "试算", "原因", "待办变化", "现期限", "新期限", "新版本缺少")


def migration_matters(by: kernel.Actor) -> list[dict[str, Any]]:
    """Every matter with the number of open cases on earlier versions, those with the most first."""
    with kernel.acting(by):
        kernel.require(by, READ)
        made = [_matter(m.key) for m in kernel.matters()]
    return sorted(made, key=lambda one: (-one["cases"], one["matter"]))


def _matter(key: str) -> dict[str, Any]:
    rt = present(key)
    counted = behind(rt).values("version").annotate(cases=Count("pk")).order_by("-cases", "version")
    versions = [{"version": row["version"], "cases": row["cases"]} for row in counted]
    told = {"matter": key, "title": rt.matter.title, "version": rt.version}
    return {**told, "versions": versions, "cases": sum(v["cases"] for v in versions)}


def migration_plan(by: kernel.Actor, matter: str) -> dict[str, Any]:
    """The dry run of a matter: how many move, stay, are refused; the first lines. Nothing is written."""
    with kernel.acting(by):
        kernel.require(by, READ)
        rt = present(matter)
        lines: list[dict[str, Any]] = []
        counts = Counter[str]()
        for case, told in looked(rt):
            counts[told["verdict"]] += 1
            if len(lines) < SHOWN:
                lines.append(shown(case, told))
        return {**_matter(matter), "counts": {v: counts[v] for v in VERDICTS}, "items": lines, "shown": len(lines)}


def migration_plan_csv(by: kernel.Actor, matter: str) -> bytes:
    """All lines of the dry run as CSV (UTF-8 with BOM, for Excel)."""
    with kernel.acting(by):
        kernel.require(by, READ)
        return as_csv(shown(case, told) for case, told in looked(present(matter)))


def behind(rt: Runtime) -> QuerySet[Case]:
    """Open cases of the matter on another version, in the reader's region."""
    return Case.objects.filter(matter=rt.matter.key, status__in=OPEN).exclude(version=rt.version)


def looked(rt: Runtime) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Each open case on another version with what the dry run says of it."""
    for case in behind(rt).order_by("pk").iterator(CHUNK):
        told = look(runtime_of(case), rt, case.state).to_json()
        yield case, {"case": case.no, "seq": case.seq, "from": case.version, **told}


def shown(case: Case, told: dict[str, Any]) -> dict[str, Any]:
    """A line as screen and table show it; nothing in it says whose case it is."""
    region = kernel.region(case.county).name
    return {**told, "id": case.pk, "region_name": region, "verdict_title": VERDICTS[told["verdict"]]}


def as_csv(lines: Iterator[dict[str, Any]], more: tuple[str, ...] = ()) -> bytes:
    """Lines as a table; `more` are the titles of further columns, which a line holds under the same names."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEADS, *more])
    for one in lines:
        told = (one["case"], one["region_name"], one["from"][:12], one["verdict_title"], one["reason"])
        changes = (";".join(one["rows"]), one["due"][0], one["due"][1], ";".join(one["missing"]))
        writer.writerow(safe_row((*told, *changes, *(one[name] for name in more))))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
