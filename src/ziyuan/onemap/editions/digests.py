"""Feature digests, column by column: the very bytes of `base.canonical`, built once per distinct value.

The digest of a feature is SM3 over the canonical record `onemap.feature` with its layer, key, attributes and the
normal form of its shape. Encoding 20,000 features one by one would walk a million values; land-survey columns hold
few distinct ones, so each is encoded once and the rows are put together from the pieces.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ziyuan.base.canonical import encode
from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.sm import sm3

KIND = "onemap.feature"
_BARE = encode("", None)[:-9]
"""What stands before the value of a record of the empty kind; null itself takes nine bytes."""


def feature_digests(
    layer: str, keys: Sequence[str], columns: Mapping[str, Sequence[Any]], batch: PlaneBatch
) -> list[bytes]:
    """SM3 of each feature, equal to `canonical.digest(KIND, record(…))`; aligned columns, in one pass."""
    prefix = encode(KIND, None)[:-9]
    attributes = _value("attributes")
    geometry, key, name = _value("geometry"), _value("key"), _value("layer") + _value(layer)
    pieces = [_column(column, columns[column]) for column in sorted(columns, key=lambda n: n.encode())]
    rows = zip(*pieces, strict=True) if pieces else ((),) * len(keys)
    found = []
    for row, form, own in zip(rows, batch.normal_bytes(), keys, strict=True):
        body = b"".join(
            (attributes, _item(b"M", b"".join(row)), geometry, _item(b"B", form), key, _value(own), name)
        )
        found.append(sm3(prefix + _item(b"M", body)))
    return found


def record(layer: str, key: str, attributes: Mapping[str, Any], form: bytes) -> dict[str, Any]:
    """What the digest of one feature says, as a canonical value."""
    return {"layer": layer, "key": key, "attributes": dict(attributes), "geometry": form}


def _column(name: str, values: Sequence[Any]) -> list[bytes]:
    """Each value of a column with its name before it, as it stands in a canonical map."""
    head = _value(name)
    known: dict[object, bytes] = {}
    found = []
    for value in values:
        if value not in known:
            known[value] = head + _value(value)
        found.append(known[value])
    return found


def _value(value: object) -> bytes:
    return encode("", value)[len(_BARE) :]


def _item(tag: bytes, body: bytes) -> bytes:
    return tag + len(body).to_bytes(8, "big") + body
