"""The one encoding that is hashed or signed.

An encoding is the byte 0x02 (so that it is no Merkle leaf 0x00 or node 0x01), the kind, and the value.
Every item is a type byte, its length as 8 bytes big-endian, and its bytes:

    N null · T true · F false · I whole number · D decimal at its declared scale · S text, UTF-8 in NFC
    B bytes · d date YYYY-MM-DD · t moment in UTC with microseconds · L list · M map with sorted keys

Null differs from empty text, 1 from "1" and from true, 1.20 from 1.2. Floats are refused: a figure that is
signed has a scale. A moment without zone is refused. Map keys are text, unique after NFC, sorted by bytes.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ziyuan.base.errors import ZiyuanError
from ziyuan.base.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    verify_consistency,
    verify_inclusion,
)
from ziyuan.base.sm import sm3

__all__ = [
    "Encoded",
    "NotCanonical",
    "consistency_proof",
    "digest",
    "encode",
    "encoded",
    "inclusion_proof",
    "leaf_hash",
    "merkle_root",
    "verify_consistency",
    "verify_inclusion",
]

RECORD = b"\x02"
SHORT = 24  # characters of a text worth remembering
FEW = 64  # keys of a map whose order is worth remembering


class NotCanonical(ZiyuanError):
    """A value that has no single encoding (float, moment without zone, unknown type, key met twice)."""

    code = "ZY-BAS-051"
    remedy = "请改用十进制数、带时区的时刻或文本后再计算摘要。"

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path.lstrip('.') or '根'}处的值不能规范编码:{reason}。", path=path, reason=reason)
        self.reason, self.path = reason, path

    def inside(self, step: str) -> "NotCanonical":
        """The same refusal seen from one level further out."""
        return NotCanonical(self.reason, step + self.path)


class Encoded:
    """A value with its encoding, for what many records repeat: inside another value it stands for itself."""

    __slots__ = ("item",)

    def __init__(self, item: bytes) -> None:
        self.item = item


def encoded(value: object) -> Encoded:
    """`value`, to be put into other values without being encoded again."""
    return Encoded(_value(value))


def encode(kind: str, value: object) -> bytes:
    """Canonical bytes of `value` as a record of `kind` (its domain, such as `audit.entry`)."""
    return b"".join((RECORD, _text(kind), _value(value)))


def digest(kind: str, value: object) -> bytes:
    """SM3 (32 bytes) of `encode(kind, value)`."""
    return sm3(encode(kind, value))


_SIZES = tuple(size.to_bytes(8, "big") for size in range(64))


def _item(tag: bytes, body: bytes) -> bytes:
    return tag + len(body).to_bytes(8, "big") + body


def _value(value: object) -> bytes:
    known = type(value)
    if known is str:
        return _short(value) if len(value) <= SHORT else _text(value)  # type: ignore[arg-type]
    encoder = _KINDS.get(known)
    if encoder is not None:
        return encoder(value)
    if isinstance(value, Mapping):
        return _map(value)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        return _list(value)
    for kind, kind_encoder in _SCALARS.items():
        if isinstance(value, kind):
            return kind_encoder(value)
    raise NotCanonical(f"类型 {type(value).__name__} 不在规范之内")


def _list(value: Sequence[object]) -> bytes:
    items: list[bytes] = []
    try:
        for inner in value:
            items.append(_value(inner))
    except NotCanonical as error:
        raise error.inside(f"[{len(items)}]") from error
    body = b"".join(items)
    return b"L" + len(body).to_bytes(8, "big") + body


def _map(value: Mapping[object, object]) -> bytes:
    keys = tuple(value)
    parts: list[bytes] = []
    order = _known_order(keys) if len(keys) <= FEW else _order(keys)
    try:
        for key, encoded in order:
            parts += (encoded, _value(value[key]))
    except NotCanonical as error:
        raise error.inside(f".{order[len(parts) // 2][0]}") from error
    body = b"".join(parts)
    return b"M" + len(body).to_bytes(8, "big") + body


def _order(keys: tuple[object, ...]) -> tuple[tuple[str, bytes], ...]:
    """The keys of a map in the order in which they are encoded, each with its encoding."""
    found: dict[bytes, str] = {}
    for key in keys:
        if not isinstance(key, str):
            raise NotCanonical(f"键“{key}”不是文本")
        encoded = _short(key)
        if encoded in found:
            raise NotCanonical(f"键“{key}”重复")
        found[encoded] = key
    return tuple((found[encoded], encoded) for encoded in sorted(found, key=_without_head))


def _without_head(item: bytes) -> bytes:
    return item[9:]


def _text(text: str) -> bytes:
    try:
        body = (text if text.isascii() else unicodedata.normalize("NFC", text)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("文本含不成对的代理字符") from error
    return b"S" + len(body).to_bytes(8, "big") + body


_short = lru_cache(maxsize=8192)(_text)  # words and names come again and again
_known_order = lru_cache(maxsize=2048)(_order)  # and so do maps of the same keys


def _whole(value: int) -> bytes:
    body = b"%d" % value
    return b"I" + _SIZES[len(body)] + body if len(body) < len(_SIZES) else _item(b"I", body)


def _decimal(value: Decimal) -> bytes:
    if not value.is_finite():
        raise NotCanonical(f"“{value}”不是有限数")
    written = format(abs(value) if value.is_zero() else value, "f")
    return _item(b"D", written.encode("ascii"))


def _moment(value: datetime) -> bytes:
    if value.utcoffset() is None:
        raise NotCanonical("时刻没有时区")
    in_utc = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return _item(b"t", f"{in_utc}Z".encode("ascii"))


def _float(value: float) -> bytes:
    raise NotCanonical(f"{value} 是浮点数,没有确定的小数位数")


_NULL, _TRUE, _FALSE = _item(b"N", b""), _item(b"T", b""), _item(b"F", b"")

_SCALARS: dict[type, Callable[[Any], bytes]] = {  # subclasses first: a moment is a date, a truth value an int
    type(None): lambda value: _NULL,
    bool: lambda value: _TRUE if value else _FALSE,
    int: _whole,
    str: _text,
    Decimal: _decimal,
    datetime: _moment,
    date: lambda value: _item(b"d", value.isoformat().encode("ascii")),
    bytes: lambda value: _item(b"B", value),
    float: _float,
    Encoded: lambda value: value.item,
}
_KINDS: dict[type, Callable[[Any], bytes]] = {**_SCALARS, dict: _map, list: _list, tuple: _list}
