"""Figures of submissions (申报质量统计): per matter, applicant, agent or month, all counted from the cases' events."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ziyuan.base.csv_safe import safe_row
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.scope import moments, within
from ziyuan.workflow.cases.sight import seen
from ziyuan.workflow.cases.whole import Parts
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.quality.score import NAMES, counts, formula, rounds, score, settled

GROUPS = {"matter": "事项", "applicant": "申请人", "agent": "申报经办人(代理人)", "month": "收件月份"}


@dataclass
class Figures:
    """One line: what the submissions of one matter, sender or month were like."""

    key: str
    received: int = 0
    settled: int = 0
    first_pass: int = 0
    rounds: int = 0
    points: int = 0
    items: Counter[str] = field(default_factory=Counter)

    def add(self, state: dict[str, Any]) -> None:
        """Count one submission."""
        asked, done = len(rounds(state)), settled(state)
        self.received += 1
        self.settled += done
        self.first_pass += done and not asked
        self.rounds += asked
        self.points += score(state)
        self.items.update(counts(state))

    def to_json(self, title: str) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": title,
            "received": self.received,
            "settled": self.settled,
            "first_pass": self.first_pass,
            "first_pass_share": _share(100 * self.first_pass, self.settled),
            "rounds": self.rounds,
            **{kind: self.items[kind] for kind in NAMES},
            "average_score": _share(self.points, self.received),
        }


def _share(part: int, whole: int) -> str | None:
    """To one place, half up; None of nothing."""
    return str((Decimal(part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)) if whole else None


def quality_figures(
    by: kernel.Actor,
    *,
    group: str = "matter",
    region: str = "",
    matter: str = "",
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Any]:
    """Lines of one grouping, most submissions first, and their sum, of the submissions received in the period
    (this year up to today, unless given)."""
    today = kernel.today()
    since, until = since or today.replace(month=1, day=1), until or today
    group = group if group in GROUPS else "matter"
    with kernel.acting(by):
        kernel.require(by, "case.read")
        lines: dict[str, Figures] = {}
        total = Figures("")
        for case, state in _cases(by, clean(region), clean(matter), since, until):
            key = _key(group, case, state)
            lines.setdefault(key, Figures(key)).add(state)
            total.add(state)
    titles = {m.key: m.title for m in kernel.matters()} if group == "matter" else {}
    found = sorted(lines.values(), key=lambda line: line.key if group == "month" else (-line.received, line.key))
    return {
        "group": group,
        "group_title": GROUPS[group],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "formula": formula().on(today),
        "definition": formula().applies_to,
        "items": [line.to_json(titles.get(line.key, line.key) or "(未填)") for line in found],
        "total": total.to_json("合计"),
    }


def _cases(
    by: kernel.Actor, region: str, matter: str, since: date, until: date
) -> Iterator[tuple[Case, dict[str, Any]]]:
    first, last = moments(since, until)
    asked = seen(by).filter(state__case__subject__isnull=True)  # what somebody applied for
    found = asked.filter(within(by, region), opened__gte=first, opened__lte=last)
    if matter:
        found = found.filter(matter=matter)
    told = found.annotate(told=Parts("corrections", "correction"))
    for kind, applicant, state in told.order_by("pk").values_list("matter", "applicant", "told").iterator(2000):
        yield Case(matter=kind, applicant=applicant), state


def _key(group: str, case: Case, state: dict[str, Any]) -> str:
    if group == "month":
        return str(state["case"]["opened"][:7])
    if group == "agent":
        return str(state["case"].get("agent", ""))
    return str(getattr(case, group))


_HEADS = {
    "title": "",
    "received": "收件",
    "settled": "已受理或办结",
    "first_pass": "一次通过",
    "first_pass_share": "一次通过率(%)",
    "rounds": "补正次数",
    "field": "字段",
    "paper": "材料",
    "vertex": "界址点",
    "average_score": "平均得分",
}


def quality_figures_csv(by: kernel.Actor, **asked: Any) -> bytes:
    """The same figures as CSV (UTF-8 with BOM, for Excel)."""
    with kernel.acting(by):
        kernel.require(by, "case.export")
        told = quality_figures(by, **asked)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([told["group_title"], *list(_HEADS.values())[1:]])
    for row in (*told["items"], told["total"]):
        writer.writerow(safe_row("" if row[name] is None else row[name] for name in _HEADS))
    return b"\xef\xbb\xbf" + out.getvalue().encode()
