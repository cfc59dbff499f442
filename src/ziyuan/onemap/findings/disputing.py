"""Disputes (异议): the submitter holds that a finding is no fault; the province answers.

A confirmed false alarm marks the finding wherever it stands, and leaves a skeleton of a fixture: the features as
delivered, for a person to add to the rule so that it stays silent from then on.
"""

from collections.abc import Mapping

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover, notes
from ziyuan.onemap.findings.errors import AlreadyDisputed, ReasonWanted, StateRefused
from ziyuan.onemap.findings.excepting import Source
from ziyuan.onemap.findings.eyes import demand_level, demand_other_eyes
from ziyuan.onemap.findings.models import Dispute, DisputeState, State, StoredFinding
from ziyuan.onemap.findings.skeleton import skeleton
from ziyuan.onemap.formats import LayerTable

_ANSWERED = {"uphold": DisputeState.UPHELD, "false_alarm": DisputeState.FALSE_ALARM}


def dispute(
    by: kernel.Actor, finding: int, *, reason: str, proof: tuple[Source, str] | None = None, command: str = ""
) -> Dispute:
    """Dispute a finding of the county's own delivery, with a reason; proof is welcome, not demanded.

    Raises kernel.NotAllowed, kernel.NotFound, ReasonWanted, StateRefused, AlreadyDisputed.
    """
    with kernel.acting(by):
        found = _locked_finding(finding)
        kernel.require(by, "finding.dispute", region=found.county)
        before = notes.done_before(found.county, "dispute", command)
        if isinstance(before, Dispute):
            return before
        if not reason.strip():
            raise ReasonWanted("提出异议")
        _demand_open(found)
        stored = kernel.put_file(proof[0], name=proof[1]) if proof and proof[1] else None
        year = kernel.today().year
        made = Dispute.objects.create(
            no=f"YY-{found.county}-{year}-{kernel.next_number(f'dispute:{found.county}', year)}", finding=found,
            delivery_id=found.delivery_id, county=found.county, reason=reason.strip(),
            proof_sm3=stored.digest if stored else "", proof_name=stored.name[:200] if stored else "",
            proof_size=stored.size if stored else 0, state=DisputeState.RAISED, raised_at=kernel.now(),
            raised_by=by.name, raised_id=by.person or 0, raised_unit=by.organ, raised_organ=by.organ_name,
        )  # fmt: skip
        StoredFinding.objects.filter(pk=found.pk).update(state=State.DISPUTED)
        notes.note(by, made, "dispute", reason.strip())
        notes.remember(made, "dispute", command)
        notes.tell_dispute(by, made, "raised", None, finding=found.pk, rule=found.rule, fingerprint=found.fingerprint)
    return made


def _locked_finding(finding: int) -> StoredFinding:
    found = StoredFinding.objects.select_for_update().filter(pk=finding).first()
    if found is None:
        raise kernel_errors.NotFound("问题", finding)
    return found


def _demand_open(found: StoredFinding) -> None:
    waiting = Dispute.objects.filter(
        county=found.county, finding__fingerprint=found.fingerprint, state=DisputeState.RAISED
    ).first()
    if waiting is not None:
        raise AlreadyDisputed(waiting.no)
    if found.followed:
        raise StateRefused(f"问题 {found.pk}", "不在最近一次汇交中", "提出异议")
    if found.state != State.OPEN:
        raise StateRefused(f"问题 {found.pk}", State(found.state).label, "提出异议")


def answer(
    by: kernel.Actor, number: int, verdict: str, opinion: str, command: str = "", *,
    layers: Mapping[str, LayerTable] | None = None,
) -> Dispute:  # fmt: skip
    """The province answers: *uphold* (the problem stands) or *false_alarm*; the answer is obligatory.

    `layers` are the layers as delivered, from which the skeleton of a fixture is cut.
    Raises kernel.NotAllowed, LevelAbove, OwnRequest, StateRefused, ReasonWanted.
    """
    with kernel.acting(by):
        row = locked(number)
        kernel.require(by, "finding.answer", region=row.county)
        if notes.done_before(row.county, verdict, command) is not None:
            return row
        demand_level(by, row.no, ("province",))
        demand_other_eyes(by, row.no, row.raised_id, row.raised_unit)
        if row.state != DisputeState.RAISED:
            raise StateRefused(row.no, DisputeState(row.state).label, notes.ACT_TITLES[verdict])
        if not opinion.strip():
            raise ReasonWanted("答复异议")
        row.state, row.answer, row.answered_at = _ANSWERED[verdict], opinion.strip(), kernel.now()
        row.answered_by, row.answered_organ = by.name, by.organ_name
        if row.state == DisputeState.FALSE_ALARM:
            row.fixture = skeleton(row, layers or {})
        row.save()
        marked = _mark(row, State.FALSE_ALARM if row.state == DisputeState.FALSE_ALARM else State.OPEN)
        notes.note(by, row, verdict, opinion.strip())
        notes.remember(row, verdict, command)
        if row.state == DisputeState.FALSE_ALARM:
            notes.tell_dispute(by, row, "false_alarm", DisputeState.RAISED, rule=row.finding.rule, findings=marked)
        else:
            notes.tell_dispute(by, row, "uphold", DisputeState.RAISED, rule=row.finding.rule, findings=marked)
    return row


def _mark(row: Dispute, state: State) -> int:
    """Set the state of the problem in every attempt that has it, one just ending too; how many rows."""
    cover.take_turn(row.county, row.delivery.mandate)
    alike = StoredFinding.objects.filter(county=row.county, fingerprint=row.finding.fingerprint, state=State.DISPUTED)
    return alike.update(state=state)


def take_back(by: kernel.Actor, number: int, opinion: str = "", command: str = "") -> Dispute:
    """The submitter takes his dispute back. Raises kernel.NotAllowed, StateRefused."""
    with kernel.acting(by):
        row = locked(number)
        kernel.require(by, "finding.dispute", region=row.county)
        if notes.done_before(row.county, "withdraw", command) is not None:
            return row
        if row.state != DisputeState.RAISED:
            raise StateRefused(row.no, DisputeState(row.state).label, "撤回")
        row.state = DisputeState.WITHDRAWN
        row.save(update_fields=["state"])
        _mark(row, State.OPEN)
        notes.note(by, row, "withdraw", opinion.strip() or "汇交单位撤回异议。")
        notes.remember(row, "withdraw", command)
        notes.tell_dispute(by, row, "withdrawn", DisputeState.RAISED)
    return row


def locked(number: int) -> Dispute:
    """The dispute, locked until the end of the transaction; NotFound also for one of another region."""
    found = Dispute.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise kernel_errors.NotFound("异议", number)
    return found
