"""What comes in from the applicant: a submission opens a case; an answer, a withdrawal, a rating changes one.

Each is told by the exchange with the outer number and a round; a message that was taken before changes nothing.
"""

from typing import Any

from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.clock import due_now, stops_of
from ziyuan.workflow.cases.journal import GENESIS, Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case, Paper
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.papers import theme_area
from ziyuan.workflow.cases.runtime import Runtime, runtime
from ziyuan.workflow.cases.screen import screened_body
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.tasks.seats import seats

Message = dict[str, Any]


def open_case(message: Message, by: kernel.Actor) -> Case:
    """Open a case from a submission (收件): number, screening, first task. Idempotent by the outer number."""
    with kernel.acting(by):
        known = Case.objects.filter(outer_no=message["no"]).first()
        if known is not None:
            return known
        rt = runtime(message["matter"])
        shape = PlaneShape.from_json(message["site"])
        touched = onemap.counties_of(shape, on=kernel.today(), by=by)
        county = max(touched, key=lambda c: c.area_m2).code
        case = Case(outer_no=message["no"], matter=message["matter"], version=rt.version, seq=0, head=GENESIS)
        journal = Journal(case, by)
        journal.add("opened", _opened_body(rt, message, county, sorted(c.code for c in touched)))
        journal.add("screened", screened_body(rt, journal.state))
        _start(rt, journal)
        journal.save()
        _keep_papers(case, message["papers"])
        tell_outside(case, journal.state, "已收件")
        kernel.record(by, "case.opened", on=("case", case.no), county=county, after=journal.state, outer_no=case.outer_no)
        kernel.announce("case.changed", county=county, case=case.pk, action="opened")
        return case


def _opened_body(rt: Runtime, message: Message, county: str, counties: list[str]) -> dict[str, Any]:
    year = kernel.today().year
    serial = kernel.next_number(f"case.{rt.matter.key}.{county}", year)
    form = message["form"]
    told = {
        "no": f"{county}-YSXZ-{year}-{serial:05d}",
        "outer_no": message["no"],
        "matter": rt.matter.key,
        "title": form["project_name"],
        "applicant": form["applicant_name"],
        "county": county,
        "counties": counties,
        "submitted": message["submitted"],
    }
    return {"case": told, "form": form, "site": message["site"], "papers": message["papers"]}


def _start(rt: Runtime, journal: Journal) -> None:
    state = journal.state
    values = variables(state)
    step = rt.graph.start(values, now=kernel.now(), decide=rt.decide)
    opened = seats(rt, step.entered, {**state, "vars": values}, 0)
    journal.add("completed", {"task": None, "engine": step.state, "vars": {**values, **step.vars}, "opened": opened})


def variables(state: dict[str, Any]) -> dict[str, Any]:
    """What the process and its decisions may read of a case."""
    counties = state["case"]["counties"]
    return {
        "project_level": state["form"]["project_level"],
        "counties": len(counties),
        "cities": len({c[:4] for c in counties}),
        "farmland_area": theme_area(state["screening"], "farmland"),
        "redline_area": theme_area(state["screening"], "red_line"),
    }


def _keep_papers(case: Case, papers: list[dict[str, Any]]) -> None:
    known = set(case.papers.filter(replaced=False).values_list("digest", "kind"))
    case.papers.exclude(digest__in=[p["digest"] for p in papers]).update(replaced=True)
    for told in papers:
        if (told["digest"], told["kind"]) not in known:
            Paper.objects.create(
                case=case,
                counties=case.counties,
                kind=told["kind"],
                name=told["name"],
                digest=told["digest"],
                size=told["size"],
                media=told["media"],
                added=kernel.now(),
            )


def answer(message: Message, by: kernel.Actor) -> Case:
    """The applicant's corrections: the clock runs again and the task is back with whoever asked."""
    with kernel.acting(by):
        case = locked_case(Case.objects.values_list("pk", flat=True).get(outer_no=message["no"]))
        journal = Journal(case, by)
        state = journal.state
        if state["correction"] is None or not first_time(f"answer-{message['round']}", "case", case.pk):
            return case
        rt = runtime(case.matter)
        new_site = message["site"] != state["site"]
        stops = stops_of(state)
        today = kernel.today()
        closed = [type(s)(s.kind, s.start, s.end or today) for s in stops]
        body = {
            "day": today.isoformat(),
            "form": message["form"],
            "site": message["site"],
            "papers": message["papers"],
            **due_now(rt, case.accepted, closed),
        }
        journal.add("correction_answered", body)
        if new_site:
            journal.add("screened", screened_body(rt, journal.state))
        journal.save()
        _keep_papers(case, message["papers"])
        tell_outside(case, journal.state, "办理中")
        kernel.record(by, "case.corrected", on=("case", case.no), county=case.county, after=journal.state)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="corrected")
        return case


def withdraw(message: Message, by: kernel.Actor) -> Case:
    """撤件: the applicant takes an undecided application back; what stood so far is undone once."""
    with kernel.acting(by):
        case = locked_case(Case.objects.values_list("pk", flat=True).get(outer_no=message["no"]))
        journal = Journal(case, by)
        state = journal.state
        if state["case"]["status"] not in OPEN:
            return case
        rt = runtime(case.matter)
        step = rt.graph.terminate(state["engine"])
        told = {"state": "withdrawn", "outcome": "withdrawn", "opinion": "申请人撤件", "by": by.name, "organ": "", "by_id": None}
        closed = {n: told for n, t in state["tasks"].items() if t["state"] in ("open", "waiting")}
        journal.add("withdrawn", {"engine": step.state, "closed": closed, "day": kernel.today().isoformat()})
        journal.save()
        tell_outside(case, journal.state, "已撤件")
        kernel.record(by, "case.withdrawn", on=("case", case.no), county=case.county, after=journal.state)
        kernel.announce("case.changed", county=case.county, case=case.pk, action="withdrawn")
        return case


def take_rating(message: Message, by: kernel.Actor) -> Case:
    """好差评: kept once for a decided case."""
    with kernel.acting(by):
        case = locked_case(Case.objects.values_list("pk", flat=True).get(outer_no=message["no"]))
        journal = Journal(case, by)
        if journal.state["rating"] is None and journal.state["case"]["closed"]:
            journal.add("rated", {"level": message["level"], "text": message["text"]})
            journal.save()
            kernel.record(by, "case.rated", on=("case", case.no), county=case.county, level=message["level"])
        return case
