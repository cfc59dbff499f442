"""补交容缺材料: the promised paper is handed in, or its day passes and that is said once."""

from datetime import timedelta

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.outside import tell_note
from ziyuan.workflow.cases.papers import keep_papers
from ziyuan.workflow.cases.screen import findings
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks.offers import handles
from ziyuan.workflow.errors import ActionRefused
from ziyuan.workflow.forms.files import media_of
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.tasks.gaps import unfilled

SUPPLY = "补交容缺材料"


def supply_paper(
    by: kernel.Actor, case_id: int, kind: str, name: str, data: bytes, command: str = ""
) -> None:
    """补交: a promised paper is handed in at the window, and its gap is closed.

    Raises ActionRefused where nothing of the kind is promised or the case is closed, FormIncomplete for a bad file.
    """
    name = clean(name)[-200:] or "材料"
    with kernel.acting(by):
        kernel.require(by, "case.act")
        case = locked_case(case_id)
        if not first_time(command and f"supply_paper:{command}", "case", case_id):
            return
        journal = Journal(case, by)
        state = journal.state
        gap = next((g for g in unfilled(state) if g["paper"] == kind), None)
        if not handles(by, state):
            raise ActionRefused(SUPPLY, "本件不由您办理")
        if gap is None or state["case"]["status"] not in OPEN:
            raise ActionRefused(SUPPLY, "本件没有承诺补交这种材料,或已办结")
        media = media_of(gap["title"], name, data)
        file = kernel.put_file(data, name=name, media=media)
        told = {"kind": kind, "name": name, "digest": file.digest, "size": file.size, "media": media}
        papers = [p for p in state["papers"] if p["kind"] != kind] + [told]
        names = tuple(kernel.region(county).name for county in state["case"]["counties"])
        checks = findings(runtime_of(case), {**state, "papers": papers}, names, kernel.today())
        journal.add("gap_filled", {"papers": [told], "title": gap["title"], "checks": checks})
        journal.save()
        keep_papers(case, journal.state["papers"])
        tell_note(case, journal.state, f"已收到补交的材料:{gap['title']}")
        kernel.record(by, "case.supply_paper", on=("case", case.no), county=case.county, after=journal.state, kind=kind)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="supply_paper")


def overdue(by: kernel.Actor) -> int:
    """Say once of each gap that its day has passed: the applicant is told, the result stays stopped. How many cases."""
    yesterday = (kernel.today() - timedelta(1)).isoformat()
    with kernel.acting(by):
        keys = list(Case.objects.filter(status__in=OPEN, state__has_key="gaps").values_list("pk", flat=True))
    told = 0
    for key in keys:
        with kernel.acting(by):
            case = Case.objects.select_for_update(skip_locked=True).filter(pk=key, status__in=OPEN).first()
            late = [g for g in unfilled(case.state) if g["due"] <= yesterday and not g["late"]] if case else []
            if case is None or not late:
                continue
            journal = Journal(case, by)
            names = "、".join(gap["title"] for gap in late)
            journal.add("gap_late", {"papers": [gap["paper"] for gap in late], "title": names})
            journal.save()
            tell_note(case, journal.state, f"承诺补交的材料已过期限:{names}。补齐之前不作出同意的决定")
            kernel.record(by, "case.gap_late", on=("case", case.no), county=case.county, after=journal.state)
            kernel.announce("case.gap_late", county=case.county, case=case.pk, no=case.no, papers=names)
            told += 1
    return told


@kernel.every("workflow.gaps_overdue", "20 0 * * *")
def overdue_each_day() -> None:
    """Every night: whose promised day has passed."""
    overdue(kernel.system_actor("容缺期限"))
