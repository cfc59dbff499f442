"""The report (检查报告) as PDF, set by typst; the same input gives the same bytes."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from ziyuan.onemap.quality.finding import SEVERITY_TITLES, Finding
from ziyuan.onemap.quality.report.facts import Facts

TEMPLATE = Path(__file__).with_name("report.typ")
LISTED = 300
"""Findings set one by one; the error layer holds all."""


def pdf(findings: Sequence[Finding], facts: Facts) -> bytes:
    """PDF bytes: head, conclusion, counts by family and rule, list, standards and tolerances."""
    with tempfile.TemporaryDirectory(prefix="ziyuan-report-") as name:
        folder = Path(name)
        (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
        (folder / "data.json").write_text(json.dumps(_data(findings, facts), ensure_ascii=False), encoding="utf-8")
        return typst.compile(str(folder / "report.typ"), root=str(folder), timestamp=0)


def _data(findings: Sequence[Finding], facts: Facts) -> dict[str, object]:
    errors = sum(r.count for r in facts.rules if r.severity == "error")
    warnings = sum(r.count for r in facts.rules if r.severity == "warning")
    return {
        "title": facts.title,
        "printed": facts.printed,
        "about": [list(pair) for pair in facts.about],
        "standards": [list(pair) for pair in facts.standards],
        "tolerances": [list(pair) for pair in facts.tolerances],
        "features": [[name, str(count)] for name, count in facts.features],
        "conclusion": _conclusion(errors, warnings),
        "rule_count": str(facts.rule_count),
        "rules": [
            [r.family, r.rule, r.title, SEVERITY_TITLES[r.severity], r.layer or "", str(r.count)] for r in facts.rules
        ],
        "findings": [_line(f) for f in findings[:LISTED]],
        "left": max(0, len(findings) - LISTED),
    }


def _conclusion(errors: int, warnings: int) -> str:
    if errors:
        return f"未通过：错误 {errors} 个，警告 {warnings} 个。请按下表逐项修改后重新汇交。"
    return f"通过：没有错误，警告 {warnings} 个。" if warnings else "通过：没有发现问题。"


def _line(f: Finding) -> list[str]:
    place = f"{f.x:.3f}\n{f.y:.3f}" if f.x is not None and f.y is not None else "—"
    who = "\n".join(part for part in (f.key, f"第 {f.row} 行" if f.row else "") if part) or "—"
    return [f.rule, SEVERITY_TITLES[f.severity], f.layer or "—", who, place, f.message, f.remedy]
