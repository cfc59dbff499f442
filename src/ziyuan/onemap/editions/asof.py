"""The map as of a day, and as it was known at a moment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import rows
from ziyuan.onemap.editions.layers import Layer, layer
from ziyuan.onemap.editions.moment import Moment
from ziyuan.onemap.editions.register import latest


def asof(
    name: str, on: date, *, known: datetime | None = None, county: str, by: kernel.Actor,
    keys: Sequence[str] | None = None,
) -> list[rows.Feature]:  # fmt: skip
    """Features of a county's layer that held on a day, in key order; all, or those of `keys`."""
    kind, moment = layer(name), Moment(on, known)
    condition = f"county = %(county)s AND {moment.condition}" + (
        " AND key = ANY(%(keys)s)" if keys is not None else ""
    )
    parameters = {"county": county, "keys": list(keys or ()), **moment.parameters}
    with kernel.acting(by):
        return in_period(kind, rows.features(kind, condition, parameters), moment)


def in_period(kind: Layer, found: list[rows.Feature], moment: Moment) -> list[rows.Feature]:
    """The features with their yearly fields (SJNF) as the edition in force delivered them.

    An unchanged patch keeps its row over the years; its year is the edition's. Asked inside `kernel.acting`.
    """
    if not kind.yearly:
        return found
    periods = {c: _period(kind, c, moment) for c in {f.county for f in found}}
    return [replace(f, attributes={**f.attributes, **periods[f.county]}) for f in found]


def _period(kind: Layer, county: str, moment: Moment) -> dict[str, object]:
    edition = latest(kind.id, county, moment.on, moment.known)
    if edition is None:
        return {}
    fields = kind.entity.fields
    return {n: int(edition.period) if fields[n].type == "integer" else edition.period for n in kind.yearly}


def history(name: str, county: str, key: str, *, by: kernel.Actor) -> list[rows.Feature]:
    """Every state a feature ever had here, the latest known and valid first."""
    kind = layer(name)
    with kernel.acting(by):
        return rows.features(
            kind, "county = %(county)s AND key = %(key)s", {"county": county, "key": key},
            order="known_to IS NOT NULL, valid_from DESC, known_from DESC",
        )  # fmt: skip
