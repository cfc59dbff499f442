"""Writers of one layer of one county take turns; each turn has its own record moment.

A reader that pins "as known now" takes the turn shared: a sealing that began before it has then committed, and one
that begins later gets a later moment, so the pin means the same rows for ever.
"""

from datetime import datetime, timedelta
from typing import Literal, overload

from django.db import connection
from django.db.models import F

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions.models import LayerState

_LEAST = timedelta(microseconds=1)


@overload
def take_turn(layer: str, county: str) -> datetime: ...
@overload
def take_turn(layer: str, county: str, *, wait: Literal[False]) -> datetime | None: ...
def take_turn(layer: str, county: str, *, wait: bool = True) -> datetime | None:
    """Hold the layer of the county until the transaction ends; the record moment of this turn.

    With `wait=False` None where another writer holds it.
    """
    act = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    with connection.cursor() as c:
        c.execute(f"SELECT {act}(hashtextextended(%s, 0))", [_name(layer, county)])
        if c.fetchone()[0] is False:
            return None
    last = LayerState.objects.filter(layer=layer, county=county).values_list("known", flat=True).first()
    now = kernel.now()
    return now if last is None or now > last else last + _LEAST


def pin(layers: list[str], counties: list[str]) -> datetime:
    """A record moment that no running or later writer of these layers can slip under."""
    names = sorted(_name(x, county) for x in layers for county in counties)
    with connection.cursor() as c:
        for name in names:
            c.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])
    last = (
        LayerState.objects.filter(layer__in=layers, county__in=counties)
        .order_by("-known").values_list("known", flat=True).first()
    )  # fmt: skip
    now = kernel.now()
    return now if last is None or now > last else last


def changed(layer: str, county: str, known: datetime) -> None:
    """Count one more change of the layer, so that what was cached before is asked for no more."""
    state, fresh = LayerState.objects.get_or_create(
        layer=layer, county=county, defaults={"serial": 1, "known": known}
    )
    if not fresh:
        LayerState.objects.filter(pk=state.pk).update(serial=F("serial") + 1, known=known)


def serial(layer: str) -> int:
    """How often the layer was written within the region of the session."""
    return sum(LayerState.objects.filter(layer=layer).values_list("serial", flat=True))


def _name(layer: str, county: str) -> str:
    return f"onemap:{layer}:{county}"
