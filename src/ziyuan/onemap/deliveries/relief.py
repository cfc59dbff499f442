"""What exceptions and answers mean for a delivery: a returned one goes to review when no error stands open."""

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, review
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, Kind, State
from ziyuan.onemap.findings import verbs as findings
from ziyuan.onemap.findings.disputing import locked as locked_dispute
from ziyuan.onemap.findings.errors import ErrorsStandOpen


def demand_clean(row: Delivery) -> None:
    """Raise ErrorsStandOpen when an error of the delivery is covered no longer (an exception may have ended)."""
    left = findings.open_errors(row)
    if left:
        raise ErrorsStandOpen(row.no, left)


def answer_dispute(by: kernel.Actor, dispute: int, verdict: str, opinion: str, command: str = "") -> None:
    """Answer a dispute with the delivered layers at hand, so that a false alarm leaves its features."""
    with kernel.acting(by):
        layers = kept_layers(locked_dispute(dispute).delivery)
        findings.answer(by, dispute, verdict, opinion, command, layers=layers)


@kernel.listens("exception.approved", "dispute.false_alarm")
def reconsider(event: kernel.Event) -> None:
    """Send a delivery that the check returned to review, when nothing stands open any more."""
    by = kernel.system_actor("自动质检")
    with kernel.acting(by):
        returned = Delivery.objects.filter(county=event.county, state=State.RETURNED).exclude(kind=Kind.PRECURSOR)
        for found in returned.order_by("pk"):
            if not _returned_by_check(found):
                continue
            row = acts.held(found)
            if row.state == State.RETURNED and _latest(row) and not findings.open_errors(row):
                row.state = State.REVIEW
                row.save(update_fields=["state"])
                review.begin(by, row)
                acts.note(by, row, "check", f"{event.facts['no']} 之后没有待整改的错误,转人工审核。")
                acts.tell(by, row, "relieved", State.RETURNED, cause=event.facts["no"])


def _returned_by_check(row: Delivery) -> bool:
    last = DeliveryNote.objects.filter(delivery=row).order_by("pk").last()
    return last is not None and last.act == "check"


def _latest(row: Delivery) -> bool:
    later = Delivery.objects.filter(mandate=row.mandate, county=row.county, period=row.period, sequence__gt=row.sequence)
    return not later.exclude(state=State.WITHDRAWN).exists()
