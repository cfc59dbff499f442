"""What this node holds, by digest: the lines that `differences.mirror` sets beside another node's."""

import json
from collections.abc import Iterator
from datetime import date, datetime

from ziyuan.kernel import service as kernel
from ziyuan.onemap.differences.mirror import MARK
from ziyuan.onemap.editions import register, rows
from ziyuan.onemap.editions.layers import layer, layers
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.moment import Moment


def digest_lines(
    by: kernel.Actor, *, name: str | None = None, county: str | None = None, on: date | None = None,
    known: datetime | None = None, features: bool = False,
) -> Iterator[str]:  # fmt: skip
    """The editions in force on a day, as known at a moment, by county and layer; their features where asked for."""
    yield json.dumps({MARK: 1, "node": kernel.node().name, "made": kernel.now().isoformat()}, ensure_ascii=False)
    with kernel.acting(by):
        held = _in_force(name, county, on or date.max, known)
        for edition in held:
            told = {
                "layer": edition.layer, "county": edition.county, "digest": edition.hex_digest, "edition": edition.pk,
                "features": edition.features, "reference_date": edition.reference_date.isoformat(),
            }  # fmt: skip
            yield json.dumps(told, ensure_ascii=False)
            if features:
                yield from _features(edition)


def _in_force(name: str | None, county: str | None, on: date, known: datetime | None) -> list[Edition]:
    places = Edition.objects.values_list("county", "layer").distinct()
    if name:
        places = places.filter(layer=layer(name).id)
    if county:
        places = places.filter(county=county)
    found = [register.latest(kind, code, on, known) for code, kind in sorted(places) if kind in layers()]
    return [edition for edition in found if edition is not None]


def _features(edition: Edition) -> Iterator[str]:
    """The digests that stand in the rows of the edition, in key order."""
    standing = rows.standing(layer(edition.layer), edition.county, Moment(edition.reference_date, edition.sealed))
    for key, digest in zip(standing.keys.to_pylist(), standing.digests.to_pylist(), strict=True):
        yield json.dumps({"key": key, "digest": digest.hex()}, ensure_ascii=False)
