"""The one encoding that is hashed or signed.

An encoding is the byte 0x02 (so that it is no Merkle leaf 0x00 or node 0x01), the kind, and the value.
Every item is a type byte, its length as 8 bytes big-endian, and its bytes:

    N null · T true · F false · I whole number · D decimal at its declared scale · S text, UTF-8 in NFC
    B bytes · d date YYYY-MM-DD · t moment in UTC with microseconds · L list · M map with sorted keys

Null differs from empty text, 1 from "1" and from true, 1.20 from 1.2. Floats are refused: a figure that is
signed has a scale. A moment without zone is refused. Map keys are text, unique after NFC, sorted by bytes.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

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
    "NotCanonical",
    "consistency_proof",
    "digest",
    "encode",
    "inclusion_proof",
    "leaf_hash",
    "merkle_root",
    "verify_consistency",
    "verify_inclusion",
]

RECORD = b"\x02"


class NotCanonical(ZiyuanError):
    """A value that has no single encoding (float, moment without zone, unknown type, key met twice)."""

    code = "ZY-BAS-051"
    remedy = "请改用十进制数、带时区的时刻或文本后再计算摘要。"

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path or '根'}处的值不能规范编码:{reason}。", path=path, reason=reason)


def encode(kind: str, value: object) -> bytes:
    """Canonical bytes of `value` as a record of `kind` (its domain, such as `audit.entry`)."""
    return b"".join((RECORD, _item(b"S", _text(kind)), _value(value, "")))


def digest(kind: str, value: object) -> bytes:
    """SM3 (32 bytes) of `encode(kind, value)`."""
    return sm3(encode(kind, value))


def _item(tag: bytes, body: bytes) -> bytes:
    return tag + len(body).to_bytes(8, "big") + body


def _text(text: str) -> bytes:
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).encode("utf-8")


def _value(value: object, path: str) -> bytes:
    encoder = _SCALARS.get(type(value))
    if encoder is not None:
        return encoder(value, path)
    if isinstance(value, Mapping):
        return _map(value, path)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        return _item(b"L", b"".join(_value(v, f"{path}[{i}]") for i, v in enumerate(value)))
    for known, known_encoder in _SCALARS.items():
        if known is not bool and isinstance(value, known):
            return known_encoder(value, path)
    raise NotCanonical(path, f"类型 {type(value).__name__} 不在规范之内")


def _map(value: Mapping[object, object], path: str) -> bytes:
    items: dict[bytes, bytes] = {}
    for key, inner in value.items():
        if not isinstance(key, str):
            raise NotCanonical(path, f"键“{key}”不是文本")
        encoded = _encoded(key, path)
        if encoded in items:
            raise NotCanonical(path, f"键“{key}”重复")
        items[encoded] = _value(inner, f"{path}.{key}" if path else key)
    return _item(b"M", b"".join(_item(b"S", key) + items[key] for key in sorted(items)))


def _encoded(text: str, path: str) -> bytes:
    try:
        return _text(text)
    except UnicodeEncodeError as error:
        raise NotCanonical(path, "文本含不成对的代理字符") from error


def _decimal(value: Decimal, path: str) -> bytes:
    if not value.is_finite():
        raise NotCanonical(path, f"“{value}”不是有限数")
    written = format(abs(value) if value.is_zero() else value, "f")
    return _item(b"D", written.encode("ascii"))


def _moment(value: datetime, path: str) -> bytes:
    if value.utcoffset() is None:
        raise NotCanonical(path, "时刻没有时区")
    return _item(b"t", value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode("ascii"))


def _float(value: object, path: str) -> bytes:
    raise NotCanonical(path, f"{value} 是浮点数,没有确定的小数位数")


_SCALARS = {
    type(None): lambda value, path: _item(b"N", b""),
    bool: lambda value, path: _item(b"T" if value else b"F", b""),
    int: lambda value, path: _item(b"I", str(value).encode("ascii")),
    str: lambda value, path: _item(b"S", _encoded(value, path)),
    Decimal: _decimal,
    datetime: _moment,
    date: lambda value, path: _item(b"d", value.isoformat().encode("ascii")),
    bytes: lambda value, path: _item(b"B", value),
    float: _float,
}
