"""The report (检查报告) as PDF, set by typst; the same input gives the same bytes."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from ziyuan.onemap.quality.finding import SEVERITY_TITLES
from ziyuan.onemap.quality.report.entries import Entry
from ziyuan.onemap.quality.report.facts import Facts

TEMPLATE = Path(__file__).with_name("report.typ")
LISTED = 300
"""Findings set one by one; the error layer holds all."""


def pdf(entries: Sequence[Entry], facts: Facts) -> bytes:
    """PDF bytes: head, conclusion, score, counts, list, exceptions, switches, versions, tolerances, digests, signature."""
    with tempfile.TemporaryDirectory(prefix="ziyuan-report-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "data.json").write_text(json.dumps(_data(entries, facts), ensure_ascii=False), encoding="utf-8")
        return typst.compile(str(folder / "report.typ"), root=str(folder), timestamp=0)


def _data(entries: Sequence[Entry], facts: Facts) -> dict[str, object]:
    return {
        "title": facts.title,
        "printed": facts.printed,
        "about": [list(pair) for pair in facts.about],
        "standards": [list(pair) for pair in facts.standards],
        "tolerances": [list(pair) for pair in facts.tolerances],
        "features": [[name, str(count)] for name, count in facts.features],
        "conclusion": facts.conclusion,
        "failed": bool(facts.open_errors),
        "compared": facts.compared,
        "score": _score(facts),
        "rule_count": str(facts.rule_count),
        "rules": [
            [r.family, r.rule, r.title, SEVERITY_TITLES[r.severity], r.layer or "", str(r.count), str(r.covered or "")]
            for r in facts.rules
        ],
        "findings": [_line(e) for e in entries[:LISTED]],
        "left": max(0, len(entries) - LISTED),
        "exceptions": [[e.no, e.scope, e.reason, e.until, e.decided, e.state, str(e.covers)] for e in facts.exceptions],
        "switches": list(facts.switches),
        "versions": [[rule, version] for rule, version in sorted(facts.versions.items())],
        "digests": [list(pair) for pair in (*facts.digests, *facts.signature)],
    }


def _score(facts: Facts) -> dict[str, object] | None:
    score = facts.score
    if score is None:
        return None
    source = "权数未见于标准文本，暂定" if score.source == "unconfirmed" else f"权数出处：{score.source}"
    return {"points": str(score.points), "full": str(score.full), "grade": score.grade,
            "source": f"{source}，自 {score.since} 起", "parts": [[p.rule, p.title, str(p.count), str(p.deduct)]
                                                                for p in score.parts]}  # fmt: skip


def _line(e: Entry) -> list[str]:
    f = e.finding
    place = f"{f.x:.3f}\n{f.y:.3f}" if f.x is not None and f.y is not None else "—"
    who = "\n".join(part for part in (f.key, f"第 {f.row} 行" if f.row else "", e.village) if part) or "—"
    state = "\n".join(part for part in (e.severity, e.standing, e.state if e.state != "待整改" else "", e.exception) if part)
    return [f.rule, state, f.layer or "—", who, place, f.message, f.remedy]
