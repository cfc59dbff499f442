"""Painting (涂改): a county's content laid over a span of valid time, on both clocks.

Content is stated from a day on until the next edition's reference date. Rows that say the same over all of the span
stay. A row that says something else is closed in record time and entered again for the part of its validity outside the
span; then the new state is added. That one rule serves the next year, a correction of the same day, a delivery that
comes late, a rollback and a withdrawal.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.layers import Layer


@dataclass(frozen=True)
class Span:
    """Valid days from `start` on, before `end` (None: without end)."""

    start: date
    end: date | None


@dataclass(frozen=True, eq=False)
class Plan:
    """Rows of the map to end, places of the content to enter, and what that means at the start of the span."""

    ended: np.ndarray
    entering: np.ndarray
    inserted: int
    updated: int
    deleted: int
    unchanged: int


def plan(standing: rows.Standing, span: Span, keys: pa.Array, digests: pa.Array) -> Plan:
    """What painting content (`keys` with `digests`, each once) over the rows that overlap the span takes."""
    place = pc.index_in(standing.keys, value_set=keys)
    known = pc.is_valid(place).to_numpy(zero_copy_only=False)
    says = pc.fill_null(pc.equal(digests.take(place), standing.digests), False).to_numpy(zero_copy_only=False)
    at_start = np.array([s <= span.start for s in standing.starts], dtype=bool)
    whole = at_start & np.array([_reaches(end, span.end) for end in standing.ends], dtype=bool)
    keep = whole & says
    places = pc.fill_null(place, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    entering = np.ones(len(keys), dtype=bool)
    entering[places[keep]] = False
    met = np.zeros(len(keys), dtype=bool)
    met[places[at_start & known]] = True
    return Plan(
        standing.fids[~keep], np.flatnonzero(entering), int((~met).sum()), int((at_start & known & ~says).sum()),
        int((at_start & ~known).sum()), int((at_start & says).sum()),
    )  # fmt: skip


def _reaches(end: date | None, wanted: date | None) -> bool:
    return end is None or (wanted is not None and end >= wanted)


def end(kind: Layer, county: str, fids: np.ndarray, span: Span, known: datetime) -> None:
    """Close the rows in record time and enter them again for what lies outside the span."""
    if not len(fids):
        return
    listed = fids.tolist()
    rows.close(kind, county, listed, known=known)
    rows.re_enter(kind, county, listed, known=known, before=span.start, after=None)
    if span.end:
        rows.re_enter(kind, county, listed, known=known, before=None, after=span.end)


def restore(kind: Layer, county: str, content: rows.Standing, span: Span, known: datetime, *, edition: int | None) -> Plan:
    """Paint states that the map held before over the span; `edition` None keeps the one each state came from."""
    standing = rows.overlapping(kind, county, span.start, span.end)
    made = plan(standing, span, content.keys, content.digests)
    end(kind, county, made.ended, span, known)
    fids = content.fids[made.entering].tolist()
    rows.enter_again(kind, county, fids, known=known, valid=(span.start, span.end), edition=edition)
    return made
