"""What every verb of a delivery shares: find and lock, once-only commands, signed notes."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from ziyuan.base import canonical
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import review
from ziyuan.onemap.deliveries.errors import CommandReused, WrongState
from ziyuan.onemap.deliveries.models import Delivery, DeliveryCommand, DeliveryNote, State

ACT_TITLES = {"submit": "提交", "check": "质检", "return": "退回", "withdraw": "撤回",
              "forward": "转报", "accept": "验收入库", "supersede": "取代"}
Ref = Delivery | int | str


def find(delivery: Ref) -> Delivery:
    """The delivery by number, id or itself; NotFound also for one of another region (row security hides it)."""
    given = delivery.pk if isinstance(delivery, Delivery) else delivery
    wanted = {"no": given} if isinstance(given, str) and not given.isdecimal() else {"pk": int(given)}
    found = Delivery.objects.filter(**wanted).first()
    if found is None:
        raise kernel_errors.NotFound("汇交", given)
    return found


def locked(delivery: Ref) -> Delivery:
    """As `find`, with the row locked until the end of the transaction."""
    return Delivery.objects.select_for_update().get(pk=find(delivery).pk)


def held(delivery: Ref) -> Delivery:
    """As `locked`, its review (where there is one) locked before it: the order in which the review itself locks."""
    found = find(delivery)
    review.hold(found)
    return locked(found)


def take_turn(mandate: str, county: str, period: str) -> None:
    """One at a time for each mandate, county and period, until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))",
                       [f"delivery:{mandate}:{county}:{period}"])


def done_before(county: str, act: str, command: str) -> Delivery | None:
    """The delivery that this very command led to before; CommandReused when it was another act."""
    if not command:
        return None
    row = DeliveryCommand.objects.filter(county=county, command=command).select_related("delivery").first()
    if row is None:
        return None
    if row.act != act:
        raise CommandReused(command)
    return row.delivery


def remember(delivery: Delivery, act: str, command: str) -> None:
    if command:
        DeliveryCommand.objects.create(command=command, county=delivery.county, act=act, delivery=delivery)


def demand_state(delivery: Delivery, act: str, *allowed: State) -> None:
    if delivery.state not in allowed:
        raise WrongState(delivery.no, delivery.state_title, ACT_TITLES.get(act, act))


def note(by: kernel.Actor, delivery: Delivery, act: str, text: str) -> DeliveryNote:
    """Add a note, signed by the node over its canonical bytes."""
    at = kernel.now()
    payload = canonical.encode("delivery-note", {
        "delivery": delivery.no, "act": act, "at": at, "person": by.name, "organ": by.organ_name,
        "region": by.region, "text": text, "file": delivery.file_sm3,
    })
    return DeliveryNote.objects.create(
        delivery=delivery, county=delivery.county, at=at, person=by.name, organ_name=by.organ_name,
        act=act, text=text, payload=payload, signature=kernel.sign(payload),
    )


def tell(by: kernel.Actor, delivery: Delivery, event: str, before: str, **facts: Any) -> None:
    """Audit row and event of a change of state, in the transaction of the act."""
    state: Mapping[str, str] = {"no": delivery.no, "state": delivery.state, "file": delivery.file_sm3}
    kernel.announce(f"delivery.{event}", county=delivery.county, delivery=delivery.no, period=delivery.period,
                    **facts)
    kernel.record(by, f"delivery.{event}", on=("delivery", delivery.no), county=delivery.county,
                  before={**state, "state": before}, after=state, **facts)
