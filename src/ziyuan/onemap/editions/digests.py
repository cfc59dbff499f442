"""Feature digests, whole columns at a time: the very bytes of `base.canonical`, put together by Arrow.

The digest of a feature is SM3 over the canonical record `onemap.feature` with its layer, key, attributes and the
normal form of its shape (nothing for a record without one). Encoding 500,000 features one by one would walk fifteen
million values; here each column gives its encoded pieces at once, a row is their concatenation, and only the hash itself
is made row by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base.canonical import encode
from ziyuan.base.geometry import PlaneBatch
from ziyuan.base.sm import sm3

KIND = "onemap.feature"
AT_ONCE = 20_000
FEW = 8
"""A column with less than an eighth of its values distinct is encoded value by value."""
_BARE = encode("", None)[:-9]
"""What stands before the value of a record of the empty kind; null itself takes nine bytes."""
_TAGS = {"string": b"S", "int64": b"I", "date32[day]": b"d", "null": b"N"}


def feature_digests(
    layer: str, keys: Sequence[str] | pa.Array, columns: Mapping[str, pa.Array], batch: PlaneBatch | None,
    *, turned: bool = False,
) -> list[bytes]:  # fmt: skip
    """SM3 of each feature, equal to `canonical.digest(KIND, record(…))`; columns as `values.typed` reads them.

    `batch` None: records without a shape. `turned`: lines say the same from either end.
    """
    own = keys if isinstance(keys, pa.Array) else pa.array(keys, pa.string())
    forms: Sequence[bytes | None] = [None] * len(own) if batch is None else batch.normal_bytes(turned=turned)
    found: list[bytes] = []
    for start in range(0, len(own), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        bodies = _bodies(layer, own[part], {n: c[part] for n, c in columns.items()}, forms[part])
        found += [sm3(body) for body in bodies]
    return found


def record(layer: str, key: str, attributes: Mapping[str, Any], form: bytes | None) -> dict[str, Any]:
    """What the digest of one feature says, as a canonical value."""
    return {"layer": layer, "key": key, "attributes": dict(attributes), "geometry": form}


def _bodies(layer: str, keys: pa.Array, columns: Mapping[str, pa.Array], forms: Sequence[bytes | None]) -> Iterator[bytes]:
    """The canonical bytes of each row."""
    pieces: list[Any] = []
    for name in sorted(columns, key=lambda n: n.encode()):
        pieces += _named(name, columns[name])
    attributes = _join(*pieces) if pieces else pa.array([b""] * len(keys), pa.binary())
    body = _join(
        pa.scalar(value("attributes"), pa.binary()), _head(b"M", attributes), attributes,
        pa.scalar(value("geometry"), pa.binary()), *_item(b"B", pa.array(forms, pa.binary())),
        pa.scalar(value("key"), pa.binary()), *_encoded(keys), pa.scalar(value("layer") + value(layer), pa.binary()),
    )  # fmt: skip
    whole = _join(pa.scalar(encode(KIND, None)[:-9], pa.binary()), _head(b"M", body), body)
    return (row.as_buffer() for row in whole)


def _named(name: str, column: pa.Array) -> list[Any]:
    """The pieces of a column with its name before each value; of few distinct values each is encoded once."""
    packed = column.dictionary_encode()
    if len(packed.dictionary) * FEW > len(column):
        return [pa.scalar(value(name), pa.binary()), *_encoded(column)]
    known = [value(name) + value(one) for one in [*packed.dictionary.to_pylist(), None]]
    return [pa.array(known, pa.binary()).take(packed.indices.fill_null(len(known) - 1))]


def _encoded(column: pa.Array) -> list[pa.Array]:
    """Head (tag and length) and body of each value; nothing has a head alone."""
    if pa.types.is_decimal(column.type):
        return _item(b"D", _decimal_text(column))
    return _item(_TAGS[str(column.type)], column.cast(pa.string()).cast(pa.binary()))


def _decimal_text(column: pa.Array) -> pa.Array:
    """Decimals as canonical text: all digits, no exponent (which Arrow writes below 1e-6), no minus zero."""
    if column.type.scale <= 6:
        return column.cast(pa.string()).cast(pa.binary())
    return pa.array([None if v is None else format(v, "f").encode() for v in column.to_pylist()], pa.binary())


def _item(tag: bytes, body: pa.Array) -> list[pa.Array]:
    return [_head(tag, body), pc.fill_null(body, b"")]


def _head(tag: bytes, body: pa.Array) -> pa.Array:
    """Nine bytes a row: the tag, or `N` for nothing, and the length of the body."""
    heads = np.zeros((len(body), 9), dtype=np.uint8)
    empty = pc.is_null(body).to_numpy(zero_copy_only=False)
    heads[:, 0] = np.where(empty, ord("N"), tag[0])
    lengths = pc.fill_null(pc.binary_length(body), 0).to_numpy(zero_copy_only=False).astype(">u8")
    heads[:, 1:] = lengths.view(np.uint8).reshape(-1, 8)
    fixed = pa.Array.from_buffers(pa.binary(9), len(body), [None, pa.py_buffer(heads.tobytes())])
    return fixed.cast(pa.binary())


def _join(*pieces: Any) -> pa.Array:
    return pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.binary()))


def value(one: object) -> bytes:
    """Canonical bytes of a value without the head of its record."""
    return encode("", one)[len(_BARE) :]
