"""The register of editions (版本目录): which there are, which one is in force on a day, as it was known at a moment."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Min, Q, QuerySet

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.errors import NoEdition
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.models import Edition

STATES = {"in_force": "现行", "earlier": "往年", "superseded": "已被更正", "withdrawn": "已撤回"}


def editions(by: kernel.Actor, layer_id: str | None = None, county: str | None = None) -> list[Edition]:
    """Editions within the actor's region, the newest reference date first; withdrawn ones too."""
    with kernel.acting(by):
        found = Edition.objects.order_by("-reference_date", "-sealed", "layer", "county")
        if layer_id:
            found = found.filter(layer=layer(layer_id).id)
        return list(found.filter(county=county) if county else found)


def valid(layer_id: str, county: str, known: datetime | None = None) -> "QuerySet[Edition]":
    """Editions of the county's layer that were sealed and not withdrawn at a moment. Asked inside `kernel.acting`."""
    found = Edition.objects.filter(layer=layer(layer_id).id, county=county)
    if known is None:
        return found.filter(withdrawn=None)
    return found.filter(Q(withdrawn=None) | Q(withdrawn__gt=known), sealed__lte=known)


def latest(layer_id: str, county: str, on: date, known: datetime | None = None) -> Edition | None:
    """The edition in force on a day, as known at a moment: the last sealed one of the last reference date.

    Asked inside `kernel.acting`.
    """
    return valid(layer_id, county, known).filter(reference_date__lte=on).order_by("reference_date", "sealed").last()


def day_after(layer_id: str, county: str, day: date) -> date | None:
    """The next reference date, where what is stated from `day` on ends; None where there is none."""
    found = valid(layer_id, county).filter(reference_date__gt=day)
    return found.aggregate(day=Min("reference_date"))["day"]


def get(number: int | Edition) -> Edition:
    """An edition by its number. Raises NoEdition. Asked inside `kernel.acting`."""
    wanted = number if isinstance(number, int) else number.pk
    found = Edition.objects.filter(pk=wanted).first()
    if found is None:
        raise NoEdition("", "", wanted)
    return found


def enter(kind: Layer, county: str, day: date, how: str = "delivery", **facts: Any) -> Edition:
    """Enter a new edition that came in this way; its base is the one in force before it."""
    return Edition.objects.create(
        layer=kind.id, county=county, period=str(day.year), reference_date=day, columns=list(kind.hashed),
        base=latest(kind.id, county, day), kind=how, **facts,
    )  # fmt: skip


def state_of(edition: Edition, found: list[Edition]) -> str:
    """in_force, superseded (another edition of the day came later), earlier (a later day is there) or withdrawn.

    `found`: all editions of the layer and county.
    """
    if edition.withdrawn:
        return "withdrawn"
    rest = [e for e in found if not e.withdrawn and e.layer == edition.layer and e.county == edition.county]
    if any(e.reference_date == edition.reference_date and e.sealed > edition.sealed for e in rest):
        return "superseded"
    return "earlier" if any(e.reference_date > edition.reference_date for e in rest) else "in_force"


def area_of(kind: Layer, columns: Mapping[str, pa.Array]) -> Decimal | None:
    """Sum of the counted areas in m², exact; None for a layer without an area field."""
    if kind.area_field is None:
        return None
    return pc.sum(columns[kind.area_field]).as_py() or Decimal(0)


def announce_sealed(edition: Edition, by: kernel.Actor) -> None:
    """Audit row and event of a new edition, in its transaction."""
    facts: dict[str, Any] = {
        "layer": edition.layer, "county": edition.county, "edition": edition.pk, "digest": edition.hex_digest,
        "delivery": edition.delivery_no, "reference_date": edition.reference_date,
    }  # fmt: skip
    counts = {"inserted": edition.inserted, "updated": edition.updated, "deleted": edition.deleted}
    said = {"kind": edition.kind, "reason": edition.reason} if edition.kind != "delivery" else {}
    kernel.record(by, "edition.sealed", on=("edition", edition.pk), county=edition.county, after=facts, **counts, **said)
    kernel.announce("edition.sealed", **facts)
