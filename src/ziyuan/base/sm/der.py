"""Strict DER of an SM2 signature: SEQUENCE { INTEGER r, INTEGER s }, one way to write each, nothing after.

Libraries differ in what they forgive (trailing bytes, padded integers, r or s out of range), so the check
is ours and comes first: 1 <= r, s <= n − 1 and r + s ≠ n (mod n would make t zero).
"""

ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def encode_signature(r: int, s: int) -> bytes:
    """DER of the pair."""
    body = _integer(r) + _integer(s)
    return b"\x30" + bytes([len(body)]) + body


def is_acceptable(signature: bytes) -> bool:
    """Whether the bytes are exactly the DER of a pair inside the allowed range."""
    pair = decode_signature(signature)
    return pair is not None and all(0 < v < ORDER for v in pair) and sum(pair) != ORDER


def decode_signature(signature: bytes) -> tuple[int, int] | None:
    """(r, s), or None when the bytes are not their one DER encoding; range is not judged here."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2 or signature[1] > 127:
        return None
    r, rest = _read_integer(signature[2:])
    s, rest = _read_integer(rest)
    if r is None or s is None or rest:
        return None
    return r, s


def _integer(value: int) -> bytes:
    body = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + bytes([len(body)]) + body


def _read_integer(data: bytes) -> tuple[int | None, bytes]:
    if len(data) < 3 or data[0] != 0x02 or not 1 <= data[1] <= len(data) - 2:
        return None, b""
    body, rest = data[2 : 2 + data[1]], data[2 + data[1] :]
    padded = len(body) > 1 and body[0] == 0 and body[1] < 0x80
    if body[0] >= 0x80 or padded:
        return None, b""
    return int.from_bytes(body, "big"), rest
