"""Sealed files: SM4-GCM in chunks, the data key wrapped to a key of the grade or to an SM2 public key.

Layout: magic `ZYE1`, one byte for the way of wrapping, 4 bytes length and the wrapped data key, 7 random
bytes; then the chunks, each 1 MiB of plain text (the last one shorter, perhaps empty) with its tag. Nonce =
the 7 bytes + 4-byte chunk number + 1 for the last chunk, else 0. The whole head is authenticated with every
chunk. Flipping, cutting, swapping, doubling or a changed head do not open.
"""

from collections.abc import Iterator
from typing import BinaryIO

from ziyuan.base.sm.errors import CannotOpen
from ziyuan.base.sm.libcrypto import Key
from ziyuan.base.sm.software import TAG, SoftwareProvider

MAGIC = b"ZYE1"
CHUNK = 1 << 20
BY_SM4, BY_SM2 = b"\x01", b"\x02"
_LONGEST_WRAP = 4096


def wrap(provider: SoftwareProvider, secret: bytes, key_key: bytes, label: bytes = b"") -> bytes:
    """A short secret wrapped by a 16-byte key: nonce ‖ SM4-GCM; `label` must be the same when opening."""
    nonce = provider.random(12)
    return nonce + provider.sm4_gcm_encrypt(key_key, nonce, secret, label)


def unwrap(provider: SoftwareProvider, wrapped: bytes, key_key: bytes, label: bytes = b"") -> bytes:
    """The reverse of `wrap`; CannotOpen otherwise."""
    return provider.sm4_gcm_decrypt(key_key, wrapped[:12].ljust(12, b"\0"), wrapped[12:], label)


def seal(
    provider: SoftwareProvider,
    source: BinaryIO,
    target: BinaryIO,
    *,
    key: bytes | None = None,
    to: bytes | None = None,
) -> None:
    """Seal `source` into `target` under a 16-byte `key`, or `to` the holder of an SM2 public key (PEM)."""
    if (key is None) == (to is None):
        raise ValueError("name exactly one of key and to")
    data_key = provider.random(16)
    if to is not None:
        way, wrapped = BY_SM2, provider.sm2_encrypt(to, data_key)
    else:
        way, wrapped = BY_SM4, wrap(provider, data_key, key or b"", MAGIC)
    head = MAGIC + way + len(wrapped).to_bytes(4, "big") + wrapped + provider.random(7)
    target.write(head)
    for number, chunk, last in _chunks(source, CHUNK):
        target.write(provider.sm4_gcm_encrypt(data_key, _nonce(head, number, last=last), chunk, head))


def unseal(provider: SoftwareProvider, source: BinaryIO, target: BinaryIO, *, key: bytes | Key) -> None:
    """Open what `seal` made, with the 16-byte key or the SM2 private key; CannotOpen at the first doubt.

    On CannotOpen `target` may hold a true beginning: the caller discards it.
    """
    head, data_key = _open_head(provider, source, key)
    for number, chunk, last in _chunks(source, CHUNK + TAG):
        target.write(provider.sm4_gcm_decrypt(data_key, _nonce(head, number, last=last), chunk, head))


def _open_head(provider: SoftwareProvider, source: BinaryIO, key: bytes | Key) -> tuple[bytes, bytes]:
    start = source.read(9)
    length = int.from_bytes(start[5:9], "big")
    if len(start) < 9 or start[:4] != MAGIC or length > _LONGEST_WRAP:
        raise CannotOpen("不是本平台的封装文件")
    rest = source.read(length + 7)
    if len(rest) < length + 7:
        raise CannotOpen("文件头被截断")
    wrapped = rest[:length]
    if start[4:5] == BY_SM2 and isinstance(key, Key):
        data_key = provider.sm2_decrypt(key, wrapped)
    elif start[4:5] == BY_SM4 and isinstance(key, bytes):
        data_key = unwrap(provider, wrapped, key, MAGIC)
    else:
        raise CannotOpen("密钥种类与封装方式不符")
    return start + rest, data_key


def _nonce(head: bytes, number: int, *, last: bool) -> bytes:
    if number >= 1 << 32:
        raise CannotOpen("块数过多")
    return head[-7:] + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Numbered chunks with a mark on the last; an empty source gives one empty last chunk."""
    number, here = 0, source.read(size)
    while True:
        following = source.read(size) if len(here) == size else b""
        yield number, here, not following
        if not following:
            return
        number, here = number + 1, following
