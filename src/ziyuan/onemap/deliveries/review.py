"""The review of deliveries (审核): by which levels, whose turn, carried on; asked at the port of `reviewing`.

A mandate names the matter that reviews its deliveries. What a level's word does to the delivery is done here, by
`decide.carry_out`, which the review calls back in the same transaction.
"""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.errors import AlreadyForwarded, LevelTooLow, TurnNotYet
from ziyuan.onemap.deliveries.mandates import LEVELS, Mandate, mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, Kind, State
from ziyuan.onemap.reviewing import port as reviewing
from ziyuan.onemap.reviewing.port import Level, Review, Subject

KIND = "delivery"
VERBS = {"submit": "提交", "forward": "转报", "accept": "验收入库"}
_HEIGHT = tuple(reversed(LEVELS))
_DONE = (State.SEALED, State.SUPERSEDED)
_BEFORE = (State.OPEN, State.UPLOADING, State.RETURNED, State.WITHDRAWN)


def _port() -> Review:
    return reviewing.port(KIND)


def level_of(by: kernel.Actor) -> str:
    """Level of the actor's region: province, city or county."""
    return kernel.region(by.region).level


def levels(task: Mandate) -> tuple[Level, ...]:
    """The whole road of a mandate: the submission, then the levels of its review. Raises NobodyReviews."""
    submission = Level(task.organ, "submit")
    return (submission, *(_port().levels(task.review, _facts_of(task)) if task.review else ()))


def first_stage(task: Mandate) -> str:
    """Level whose turn it is after a clean check; empty where nobody reviews."""
    return next((step.level for step in levels(task)[1:]), "")


def begin(by: kernel.Actor, row: Delivery) -> None:
    """A locked delivery in review comes before its levels, on with the review of the attempt before where that waits.

    Nothing happens where nobody reviews.
    """
    task = mandate(row.mandate)
    if task.review:
        row.review = _port().begin(by, _subject(row, task), _earlier(row))
        row.stage = turn_of(row)
        row.save(update_fields=["review", "stage"])


def hold(row: Delivery) -> None:
    """Lock the review in which a delivery goes on, or would go on: before the delivery itself is locked."""
    file = row.review or _earlier(row)
    if file:
        _port().hold(file)


def _earlier(row: Delivery) -> str:
    """The review of the attempt before, when that was sent back; a single record has no attempt before it."""
    if row.kind == Kind.FILING:
        return ""
    same = Delivery.objects.filter(mandate=row.mandate, organ=row.organ, county=row.county, period=row.period)
    before = same.filter(state=State.RETURNED, sequence__lt=row.sequence).exclude(review="").exclude(kind=Kind.FILING)
    return before.order_by("-sequence").values_list("review", flat=True).first() or ""


def turn_of(row: Delivery) -> str:
    """The lowest level whose turn it is; where it is nobody's the stage as it was."""
    turns = _turns(row)
    return next((level for level in _HEIGHT if turns.get(level)), row.stage)


def _turns(row: Delivery) -> dict[str, bool]:
    """Level → is it its turn; a level that has had its turn is False, one that is not there yet is absent."""
    return {turn.level: turn.open for turn in _port().turns(_subject(row)) if turn.verb in VERBS}


def why_not(by: kernel.Actor, row: Delivery, verb: str) -> Exception | None:
    """What stands against this verb by this actor now; None when it is his turn (or a turn he may take at once).

    Whoever may pass a delivery on may return it, until he has passed it on.
    """
    steps, level = levels(mandate(row.mandate))[1:], level_of(by)
    fitting = [s for s in steps if verb == "return" or s.verb == verb]
    if level not in {s.level for s in fitting}:
        titles = "、".join(LEVELS[s.level] for s in fitting)
        return LevelTooLow("退回" if verb == "return" else VERBS[verb], titles or "无人")
    turns = _turns(row) if row.review else dict.fromkeys((s.level for s in steps), True)
    if turns.get(level):
        return None
    ahead = next((s for s in steps if turns.get(s.level)), steps[-1])
    if level in turns:
        return AlreadyForwarded(row.no, LEVELS[ahead.level])
    return TurnNotYet(row.no, LEVELS[ahead.level], VERBS[ahead.verb])


def act(by: kernel.Actor, row: Delivery, verb: str, opinion: str) -> None:
    """Carry a level's word on; the delivery follows by `decide.carry_out`."""
    if not row.review:
        begin(by, row)
    _port().act(by, _subject(row), verb, opinion)


def withdraw(by: kernel.Actor, row: Delivery, opinion: str) -> None:
    """A delivery that its county takes back leaves its review."""
    if row.review:
        _port().withdraw(by, _subject(row), opinion)


def page(by: kernel.Actor, row: Delivery) -> dict[str, Any] | None:
    """Key and number of the review, for the way from the delivery's page to it."""
    return _port().page(by, row.review) if row.review else None


def _facts_of(task: Mandate) -> dict[str, Any]:
    """What the review of a mandate may go by: who delivers, and on what way the data comes."""
    return {"task": task.id, "organ_level": task.organ, "way": "supplied" if task.feed else "reported"}


def _subject(row: Delivery, task: Mandate | None = None) -> Subject:
    task = task or mandate(row.mandate)
    facts = {
        **_facts_of(task), "delivery": row.no, "task_title": task.title, "county_name": kernel.region(row.county).name,
        "period": row.period, "kind_title": row.kind_title, "file_name": row.file_name, "warnings": row.warnings,
        "submitted_by": row.submitted_by, "comment": row.comment,
    }  # fmt: skip
    return Subject(row.no, row.pk, row.county, row.review, facts, matter=task.review, words=f"重新提交 {row.no}")


def road(row: Delivery, notes: list[DeliveryNote]) -> list[dict[str, Any]]:
    """The levels as the screen shows them: done, now, to come, passed over; with who acted."""
    steps = levels(mandate(row.mandate))
    current = next((at for at, s in enumerate(steps) if at and s.level == row.stage), 1)
    return [_shown(row, at, step, current, notes) for at, step in enumerate(steps)]


def _shown(row: Delivery, at: int, step: Level, current: int, notes: list[DeliveryNote]) -> dict[str, Any]:
    note = next((n for n in reversed(notes) if n.act == step.verb), None)
    state = "todo"
    if at == 0:
        state = "now" if row.state in _BEFORE else "done"
    elif row.state in _DONE or at < current:
        state = "done" if note or step.verb == "accept" else "skipped"
    elif at == current and row.state == State.REVIEW:
        state = "now"
    return {
        **told(step), "state": state, "at": note.at if note and state == "done" else None,
        "person": note.person if note and state == "done" else None,
    }  # fmt: skip


def told(step: Level) -> dict[str, Any]:
    """A level for the screen."""
    return {"level": step.level, "title": LEVELS[step.level], "verb": step.verb, "verb_title": VERBS[step.verb],
            "optional": step.optional}
