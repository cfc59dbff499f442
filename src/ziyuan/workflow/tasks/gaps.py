"""容缺受理: a case is accepted though a secondary paper is missing, on the applicant's promise to bring it by a day.

The matter marks the papers that may be missing with a parameter of working days (`gap_days`). Until the paper is there
nobody can agree where that would decide the case, before the day as after it; nothing is cancelled by itself. The paper
closes the gap, whether the applicant brings it with a correction or hands it in at the window (`supply`).
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from ziyuan.base import workdays
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.papers import missing_papers
from ziyuan.workflow.cases.runtime import Runtime, figure
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.clocks import clock, law
from ziyuan.workflow.clocks.offers import handles
from ziyuan.workflow.errors import FormIncomplete, ItemsMissing
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.tasks.deciding import decides
from ziyuan.workflow.tasks.said import Said

State = dict[str, Any]
LONGEST_PROMISE = 500


def unfilled(state: State) -> list[dict[str, Any]]:
    """Papers that were promised and are not there yet."""
    return [gap for gap in state.get("gaps", []) if not gap["filled"]]


def not_promised(missing: list[dict[str, Any]], state: State) -> list[dict[str, Any]]:
    """Of the missing papers those that nobody has promised."""
    promised = {gap["paper"] for gap in unfilled(state)}
    return [paper for paper in missing if paper["id"] not in promised]


def why_not(rt: Runtime, state: State) -> str:
    """Why the case cannot be accepted with a gap."""
    if state["case"]["accepted"]:
        return "本件已经受理"
    missing = not_promised(missing_papers(rt, state), state)
    if not missing:
        return "没有缺少的材料"
    never = [paper["title"] for paper in missing if "gap_days" not in paper]
    return f"本事项不允许容缺:{'、'.join(never)}" if never else ""


def why_undecided(rt: Runtime, state: State, task: dict[str, Any], now: datetime) -> str:
    """Why one cannot agree where that decides the case: a promised paper is not there, late or not."""
    gaps = unfilled(state)
    if not gaps or not decides(rt, state, task, "agree", now):
        return ""
    today = now.date().isoformat()
    told = [f"{gap['title']}({'应于' if gap['due'] < today else '承诺'} {gap['due']} 前补齐)" for gap in gaps]
    late = "逾期未补" if any(gap["due"] < today for gap in gaps) else "尚未补齐"
    return f"容缺材料{late}:{'、'.join(told)}"


def shown(by: kernel.Actor, state: State) -> list[dict[str, Any]]:
    """The gaps as the case page shows them, each with the working days left, its lamp, whether this person may fill it."""
    day, made = kernel.today(), []
    mine = state["case"]["status"] in OPEN and handles(by, state)
    for gap in state.get("gaps", []):
        due = date.fromisoformat(gap["due"])
        left = workdays.between(day, due).days if due >= day else -workdays.between(due, day).days
        lamp = "none" if gap["filled"] else "red" if due < day else clock.lamp(left, gap["days"], law.yellow_share(day))
        made.append({**gap, "left": left, "lamp": lamp, "may_supply": mine and not gap["filled"]})
    return made


# -- acts --------------------------------------------------------------------------------------------------


def promised(rt: Runtime, state: State, items: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """A gap for each missing paper, with its promise and its day. Raises ItemsMissing for one without a promise."""
    promises = {item.get("target", ""): clean(str(item.get("text") or "")) for item in items}
    made = []
    for paper in not_promised(missing_papers(rt, state), state):
        text, days = promises.get(paper["id"], ""), int(figure(paper["gap_days"], day))
        if not text:
            raise ItemsMissing(f"没有写明“{paper['title']}”的补交承诺")
        if len(text) > LONGEST_PROMISE:
            raise FormIncomplete({"items": f"承诺不能超过 {LONGEST_PROMISE} 个字"})
        due = workdays.add(day, days)
        until = {"days": days, "due": due.date.isoformat(), "provisional": due.provisional}
        made.append({"paper": paper["id"], "title": paper["title"], "promise": text, **until})
    return made


def _accept_gap(rt: Runtime, journal: Journal, number: int, said: Said) -> None:
    gaps = promised(rt, journal.state, said.items, kernel.today())
    journal.add("gap_accepted", {"task": number, "gaps": gaps})
    told = ";".join(f"{gap['title']}请于 {gap['due']} 前补交" for gap in gaps)
    tell_note(journal.case, journal.state, f"容缺受理:{told}。补齐之前不作出同意的决定")


VERBS: dict[str, Callable[[Runtime, Journal, int, Said], None]] = {"accept_gap": _accept_gap}
