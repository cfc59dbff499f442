"""What comes in from the applicant: a submission opens a case; an answer, a withdrawal, a rating changes one.

Each is told by the exchange with the outer number and a round; a message that was taken before changes nothing. A case
about something inside the platform (`open_about`) has neither site nor papers, and its clock runs from the opening.
"""

from datetime import datetime
from typing import Any

from ziyuan.base import feel
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow.cases.clock import accept_body, due_now, ended, notify_body, open_stops, stops_of
from ziyuan.workflow.cases.deltas import change
from ziyuan.workflow.cases.journal import GENESIS, Journal
from ziyuan.workflow.cases.lock import first_time, locked_case
from ziyuan.workflow.cases.models import Case
from ziyuan.workflow.cases.moving import by_itself
from ziyuan.workflow.cases.outside import tell_outside
from ziyuan.workflow.cases.papers import keep_papers
from ziyuan.workflow.cases.runtime import Runtime, runtime
from ziyuan.workflow.cases.screen import screen
from ziyuan.workflow.cases.state import OPEN
from ziyuan.workflow.cases.subject import kind_of
from ziyuan.workflow.cases.versions import keep, runtime_of
from ziyuan.workflow.clocks.law import CORRECTION
from ziyuan.workflow.effects.closing import file_case
from ziyuan.workflow.effects.on_way import undo_effects
from ziyuan.workflow.engine import Step
from ziyuan.workflow.errors import OutsideProvince
from ziyuan.workflow.tasks.seats import open_tasks

Message = dict[str, Any]


def open_case(message: Message, by: kernel.Actor) -> Case:
    """Open a case from a submission (收件): number, screening, first task. Idempotent by the outer number.

    Raises UnknownMatter for a matter that nobody outside can apply for.
    """
    with kernel.acting(by):
        known = Case.objects.filter(outer_no=message["no"]).first()
        if known is not None:
            return known
        rt = runtime(message["matter"])
        if "subject" in rt.matter.told:
            raise kernel.UnknownMatter(rt.matter.key)
        county, counties = place(message["site"], by)
        keep(rt)
        journal, _ = opening(rt, message, county, counties, _next_no(rt, county), by)
        return _begun(journal, message["papers"])


def open_about(
    matter: str,
    subject: dict[str, Any],
    county: str,
    form: dict[str, Any],
    by: kernel.Actor,
    submitter: int | None = None,
) -> Case:
    """Open a case about something inside (`subject`: `no` and `id` of the thing), in the caller's transaction.

    Its outer number is the thing's own. `submitter` asked for it, and an `organ` of the subject with him: neither decides
    on it, but works at nodes that are the asker's own (`zy:own`). Raises UnknownSubject for a matter that is about no such thing.
    """
    rt = runtime(matter)
    keep(rt)
    told = {"no": subject["no"], "form": form, "site": None, "papers": [], "submitted": kernel.now().isoformat()}
    body = opened_body(rt, told, county, [county], _next_no(rt, county), by)
    body["case"] |= {"subject": {"kind": rt.matter.told.get("subject"), **subject}, "submitter": submitter}
    kind_of(body["case"]["subject"]["kind"])
    journal = _new(rt, body, by)
    journal.add("accepted", accept_body(rt, journal.state, kernel.today()))
    _start(rt, journal)
    return _begun(journal, [])


def _next_no(rt: Runtime, county: str) -> str:
    year = kernel.today().year
    return number_of(rt, county, year, kernel.next_number(series_of(rt, county), year))


def _new(rt: Runtime, body: dict[str, Any], by: kernel.Actor, at: datetime | None = None) -> Journal:
    case = Case(outer_no=body["case"]["outer_no"], matter=rt.matter.key, version=rt.version, seq=0, head=GENESIS)
    journal = Journal(case, by, at)
    journal.add("opened", body)
    return journal


def _begun(journal: Journal, papers: list[dict[str, Any]]) -> Case:
    case = journal.save()
    keep_papers(case, papers)
    _told(journal, "已收件", "opened", outer_no=case.outer_no)
    return case


def series_of(rt: Runtime, county: str) -> str:
    """The series of a county's case numbers."""
    return f"case.{rt.matter.key}.{county}"


def number_of(rt: Runtime, county: str, year: int, serial: int) -> str:
    """The case number as the matter writes it."""
    return str(rt.matter.told["case"]["number"].format(county=county, year=year, serial=serial))


def opening(
    rt: Runtime, message: Message, county: str, counties: list[str], no: str, by: kernel.Actor, at: datetime | None = None
) -> tuple[Journal, Step]:
    """A case as it begins, not written yet: what was handed in, what the map finds, the first tasks; and the first step.

    `at` is the moment of its events; each has its own where none is given.
    """
    journal = _new(rt, opened_body(rt, message, county, counties, no, by), by, at)
    if "screening" in rt.matter.told:
        screen(rt, journal)
    return journal, _start(rt, journal)


def place(site: dict[str, Any], by: kernel.Actor) -> tuple[str, list[str]]:
    """(county with the largest share, all counties touched). Raises OutsideProvince."""
    touched = onemap.counties_of(PlaneShape.from_json(site), on=kernel.today(), by=by)
    if not touched:
        raise OutsideProvince
    return max(touched, key=lambda c: (c.area_m2, c.code)).code, sorted(c.code for c in touched)


def names_of(rt: Runtime, form: dict[str, Any]) -> dict[str, Any]:
    """Title, applicant and agent of a case, as the matter takes them from the form."""
    declared, names = rt.matter.told["case"], {"form": feel.adopt(form)}
    members = feel.member_names(names)
    told = {name: declared.get(name) for name in ("title", "applicant", "agent")}
    return {
        name: feel.compile(text, names, None, members, native=True)(names) if text else "" for name, text in told.items()
    }


def opened_body(
    rt: Runtime, message: Message, county: str, counties: list[str], no: str, by: kernel.Actor
) -> dict[str, Any]:
    """What the event `opened` says."""
    told = {
        "no": no,
        "outer_no": message["no"],
        "matter": rt.matter.key,
        **names_of(rt, message["form"]),
        "submitter": by.person,
        "version": rt.version,
        "county": county,
        "counties": counties,
        "submitted": message["submitted"],
        "notify": notify_body(rt, county, kernel.today()),
    }
    return {"case": told, "form": message["form"], "site": message["site"], "papers": message["papers"]}


def _start(rt: Runtime, journal: Journal) -> Step:
    step = rt.graph.start(rt.values(journal.state), now=journal.at or kernel.now(), decide=rt.decide)
    by_itself(rt, journal, "started", step)
    return step


def _told(journal: Journal, status: str, act: str, **detail: Any) -> None:
    """The last beat of each verb here: the applicant, the audit, whoever listens."""
    case = journal.case
    tell_outside(case, journal.state, status)
    kernel.record(
        journal.by, f"case.{act}", on=("case", case.no), county=case.county, after=journal.mark, **detail
    )
    kernel.announce("case.changed", county=case.county, case=case.pk, action=act)


def _locked(message: Message) -> Case:
    key = Case.objects.filter(outer_no=message["no"]).values_list("pk", flat=True).first()
    if key is None:
        raise errors.NotFound("案件", message["no"])
    return locked_case(key)


def answer(message: Message, by: kernel.Actor) -> Case:
    """The applicant's corrections: the clock runs again and the task is back with whoever asked."""
    with kernel.acting(by):
        case = _locked(message)
        journal = Journal(case, by)
        state = journal.state
        if state["correction"] is None or not first_time(f"answer-{message['round']}", "case", case.pk):
            return case
        rt = runtime_of(case)
        today = kernel.today()
        moved = message["site"] != state["site"]
        waiting = [place for place in open_stops(state) if state["stops"][place]["kind"] == CORRECTION]
        stops = ended(stops_of(state), waiting, today)
        body = {
            "day": today.isoformat(),
            "form": message["form"],
            "site": message["site"],
            "papers": message["papers"],
            "counties": place(message["site"], by)[1] if moved else state["case"]["counties"],
            **due_now(rt, state, stops, today),
        }
        journal.add("correction_answered", body)
        screen(rt, journal)
        journal.save()
        keep_papers(case, message["papers"])
        _told(journal, "办理中", "corrected", round=message["round"])
        return case


def withdraw(message: Message, by: kernel.Actor) -> Case:
    """撤件: the applicant takes an undecided application back; what it has brought about so far is undone, once.

    Raises EffectStands where something refuses to be undone: the case is then as it was.
    """
    with kernel.acting(by):
        case = _locked(message)
        taken_back(Journal(case, by), "申请人撤件")
        return case


def taken_back(journal: Journal, opinion: str) -> None:
    """Close a locked case that whoever brought it takes back, undo what it has brought about, and place its archive order;
    nothing where it is closed."""
    state, by = journal.state, journal.by
    if state["case"]["status"] not in OPEN:
        return
    rt = runtime_of(journal.case)
    step = rt.graph.terminate(state["engine"])
    told = {
        "state": "withdrawn",
        "outcome": "withdrawn",
        "opinion": opinion,
        "by": by.name,
        "organ": "",
        "by_id": None,
    }
    closed = dict.fromkeys(open_tasks(state), told)
    journal.add("withdrawn", {"engine": change(state["engine"], step.state), "closed": closed, "day": kernel.today().isoformat()})
    undo_effects(journal)
    file_case(rt, journal, "withdrawn", rt.matter.told.get("withdrawal", {}))
    journal.save()
    _told(journal, "已撤件", "withdrawn")


def take_rating(message: Message, by: kernel.Actor) -> Case:
    """好差评: kept once for a decided case."""
    with kernel.acting(by):
        case = _locked(message)
        journal = Journal(case, by)
        if journal.state["rating"] is None and journal.state["decision"]:
            journal.add("rated", {"level": message["level"], "text": message["text"]})
            journal.save()
            kernel.record(by, "case.rated", on=("case", case.no), county=case.county, level=message["level"])
        return case
