"""National ciphers (国密) behind one provider: SM2, SM3, SM4. Nothing else imports a cipher.

`provider()` gives the back end of this process, self-tested once. Today there is one, in software; a
certified module (SDF, GM/T 0018) takes its place behind the same verbs. Keys enter as PEM or as objects of
`sm2_private`; private key files are 0600. Seal and open whole files with `seal_file` and `open_file`.
"""

from functools import lru_cache
from typing import BinaryIO

from ziyuan.base.sm import envelope, selftest
from ziyuan.base.sm.errors import BadKey, CannotOpen, CipherFailed, CipherMissing, SelfTestFailed
from ziyuan.base.sm.libcrypto import Key
from ziyuan.base.sm.software import SoftwareProvider, new_sm3, sm3

__all__ = [
    "BadKey",
    "CannotOpen",
    "CipherFailed",
    "CipherMissing",
    "Key",
    "SelfTestFailed",
    "SoftwareProvider",
    "new_sm3",
    "open_file",
    "provider",
    "seal_file",
    "self_test",
    "sm3",
    "unwrap",
    "wrap",
]


@lru_cache(maxsize=1)
def provider() -> SoftwareProvider:
    """The cipher back end of this process; self-tested at first use (SelfTestFailed, CipherMissing)."""
    found = SoftwareProvider()
    selftest.run(found)
    return found


def self_test() -> int:
    """Run all start-up vectors again; how many passed."""
    return selftest.run(SoftwareProvider())


def wrap(secret: bytes, key_key: bytes, label: bytes = b"") -> bytes:
    """A short secret wrapped by a 16-byte key; `label` is authenticated with it."""
    return envelope.wrap(provider(), secret, key_key, label)


def unwrap(wrapped: bytes, key_key: bytes, label: bytes = b"") -> bytes:
    """The reverse of `wrap`; CannotOpen otherwise."""
    return envelope.unwrap(provider(), wrapped, key_key, label)


def seal_file(
    source: BinaryIO, target: BinaryIO, *, key: bytes | None = None, to: bytes | None = None
) -> None:
    """Seal a stream under a 16-byte `key`, or `to` the holder of an SM2 public key (PEM)."""
    envelope.seal(provider(), source, target, key=key, to=to)


def open_file(source: BinaryIO, target: BinaryIO, *, key: bytes | Key) -> None:
    """Open what `seal_file` made, with the 16-byte key or the SM2 private key; CannotOpen otherwise."""
    envelope.unseal(provider(), source, target, key=key)
