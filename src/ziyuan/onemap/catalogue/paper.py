"""The bulletin as PDF, set by typst."""

import json
import tempfile
from pathlib import Path
from typing import Any

import typst

from ziyuan.kernel import service as kernel
from ziyuan.onemap.catalogue.bulletin import detail
from ziyuan.onemap.catalogue.figures import TITLES

TEMPLATE = Path(__file__).with_name("bulletin.typ")


def pdf(by: kernel.Actor, bulletin: int) -> tuple[bytes, str]:
    """PDF bytes and file name of a bulletin the actor may see."""
    told = detail(by, bulletin)
    with tempfile.TemporaryDirectory(prefix="ziyuan-bulletin-") as held:
        folder = Path(held)
        (folder / "bulletin.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "data.json").write_text(json.dumps(_data(told), ensure_ascii=False), encoding="utf-8")
        return typst.compile(
            str(folder / "bulletin.typ"), root=str(folder), timestamp=0
        ), f"{told['no']}-汇交情况通报.pdf"


def _data(told: dict[str, Any]) -> dict[str, Any]:
    before = told["before"]["total"] if told["before"] else {}
    year, month = told["month"].split("-")
    return {
        "title": f"自然资源数据汇交情况通报({year}年{int(month)}月)",
        "no": told["no"], "state": told["state_title"], "cut": told["cut"][:16].replace("T", " "),
        "total": [[title, _shown(told["total"][n]), _shown(before.get(n))] for n, title in TITLES.items()],
        "heads": list(TITLES.values()),
        "cities": [[c["name"], *(_shown(c[n]) for n in TITLES)] for c in told["cities"]],
        "counties": [[c["name"], *(_shown(c[n]) for n in TITLES)] for c in told["counties"]],
        "families": [[name, str(count)] for name, count in told["families"].items()],
        "late": _late(told["counties"]),
        "objections": [
            [r["name"], r["text"], r["answer"] or "待答复"] for r in told["replies"] if r["kind"] == "objection"
        ],
        "remark": told["remark"], "digest": told["digest"],
        "people": f"编制 {told['made_by']}  审核 {told['reviewed_by'] or '—'}  签发 {told['signed_by'] or '—'}",
    }  # fmt: skip


def _late(counties: list[dict[str, Any]]) -> list[list[str]]:
    """City, how many of its counties are late, and which by how many days; the longest first."""
    by_city: dict[str, list[dict[str, Any]]] = {}
    for county in sorted(counties, key=lambda c: -c["late_days"]):
        if county["late"]:
            by_city.setdefault(county["city"], []).append(county)
    return [
        [kernel.region(city).name, str(len(late)), "、".join(f"{c['name']}({c['late_days']} 天)" for c in late)]
        for city, late in sorted(by_city.items())
    ]


def _shown(value: Any) -> str:
    return "—" if value is None else str(value)
