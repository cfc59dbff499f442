"""The software back end: SM3 by hashlib, SM4 by `cryptography`, SM2 by the system's libcrypto.

No certified product: 密评 (GB/T 39786-2021) does not credit it, and screens say so. No other module of the
platform imports a cipher.
"""

import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ziyuan.base.sm import der, libcrypto
from ziyuan.base.sm.errors import BadKey, CannotOpen

TAG = 16


class _Sm3OfCryptography:
    """A hash object in the manner of hashlib, for machines whose hashlib offers no SM3."""

    digest_size, block_size, name = 32, 64, "sm3"

    def __init__(self, data: bytes = b"", state: Any = None) -> None:
        self._state = state if state is not None else hashes.Hash(hashes.SM3())
        self.update(data)

    def update(self, data: bytes) -> None:
        """Feed more bytes."""
        self._state.update(data)

    def copy(self) -> "_Sm3OfCryptography":
        """A second object with the same state."""
        return _Sm3OfCryptography(state=self._state.copy())

    def digest(self) -> bytes:
        """The digest of all fed so far."""
        return self._state.copy().finalize()

    def hexdigest(self) -> str:
        """The digest in hexadecimal."""
        return self.digest().hex()


def _constructor() -> Any:
    if "sm3" in hashlib.algorithms_available:
        try:
            hashlib.new("sm3")
            return lambda data=b"": hashlib.new("sm3", data)
        except ValueError:
            return _Sm3OfCryptography
    return _Sm3OfCryptography


new_sm3 = _constructor()
_FRESH = new_sm3()


def sm3(data: bytes) -> bytes:
    """SM3 digest (GB/T 32905-2016), 32 bytes. Copies a fresh hash: asking the library for the algorithm costs more."""
    hashed = _FRESH.copy()
    hashed.update(data)
    return hashed.digest()


class SoftwareProvider:
    """All ciphers of the platform in software. See `ziyuan.base.sm` for what each verb promises."""

    name = "software"
    certified = False
    title = "软件密码实现(未经商用密码认证,仅供开发与测试)"

    def sm3(self, data: bytes) -> bytes:
        """SM3 digest, 32 bytes."""
        return sm3(data)

    def new_sm3(self) -> Any:
        """An SM3 hash object (`update`, `digest`, `hexdigest`, `copy`) for long input."""
        return new_sm3()

    def hmac_sm3(self, key: bytes, data: bytes) -> bytes:
        """HMAC with SM3 (GM/T 0042 practice, RFC 2104 construction), 32 bytes."""
        return hmac.new(key, data, new_sm3).digest()

    def random(self, count: int) -> bytes:
        """`count` bytes from the operating system's source."""
        return os.urandom(count)

    def sm4_gcm_encrypt(self, key: bytes, nonce: bytes, data: bytes, associated: bytes = b"") -> bytes:
        """SM4-GCM: cipher text, then the 16-byte tag. Key 16 bytes; nonce 12, never twice with a key."""
        encryptor = Cipher(block_cipher(key), modes.GCM(_nonce(nonce))).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def sm4_gcm_decrypt(self, key: bytes, nonce: bytes, sealed: bytes, associated: bytes = b"") -> bytes:
        """The plain text; CannotOpen when anything was changed."""
        if len(sealed) < TAG:
            raise CannotOpen("长度不足")
        decryptor = Cipher(block_cipher(key), modes.GCM(_nonce(nonce), sealed[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated)
        try:
            return decryptor.update(sealed[:-TAG]) + decryptor.finalize()
        except InvalidTag as error:
            raise CannotOpen("认证标签不符") from error

    def sm2_generate(self) -> tuple[bytes, bytes]:
        """A new key pair: (private PEM, PKCS#8; public PEM)."""
        key = libcrypto.generate_key()
        return libcrypto.write_pem(key, private=True), libcrypto.write_pem(key, private=False)

    def sm2_private(self, pem: bytes | str) -> libcrypto.Key:
        """A private key loaded once, to sign many times with."""
        return libcrypto.load_key(_bytes(pem), private=True)

    def sm2_private_file(self, path: Path) -> libcrypto.Key:
        """A private key from a PEM file that only its owner may read (0600 or 0400)."""
        if path.stat().st_mode & 0o077:
            raise BadKey(f"私钥文件 {path.name} 可被他人读取")
        return self.sm2_private(path.read_bytes())

    def sm2_write_private(self, path: Path, pem: bytes) -> None:
        """A new private key file at 0600; an existing file is not overwritten (FileExistsError)."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    def sm2_public_pem(self, private: libcrypto.Key | bytes | str) -> bytes:
        """The public PEM of a private key."""
        return libcrypto.write_pem(self._private(private), private=False)

    def sm2_sign(self, private: libcrypto.Key | bytes | str, data: bytes) -> bytes:
        """Detached SM2-with-SM3 signature, DER, identity 1234567812345678."""
        return libcrypto.sign(self._private(private), data)

    def sm2_verify(self, public: bytes | str, data: bytes, signature: bytes) -> bool:
        """Whether the signature is that of the holder of `public` (PEM) over exactly `data`.

        False for r or s out of range, DER written otherwise, trailing bytes. BadKey for a bad key.
        """
        return der.is_acceptable(signature) and libcrypto.verify(_public(_bytes(public)), data, signature)

    def sm2_encrypt(self, public: bytes | str, data: bytes) -> bytes:
        """Short data (a key) encrypted to a public key; ASN.1 of C1 C3 C2."""
        return libcrypto.encrypt(_public(_bytes(public)), data)

    def sm2_decrypt(self, private: libcrypto.Key | bytes | str, data: bytes) -> bytes:
        """The reverse; CannotOpen when it is not ours or was changed."""
        opened = libcrypto.decrypt(self._private(private), data)
        if opened is None:
            raise CannotOpen("不是为本密钥加密的,或已被改动")
        return opened

    def _private(self, key: libcrypto.Key | bytes | str) -> libcrypto.Key:
        found = key if isinstance(key, libcrypto.Key) else self.sm2_private(key)
        if not found.private:
            raise BadKey("需要私钥")
        return found


@lru_cache(maxsize=256)
def _public(pem: bytes) -> libcrypto.Key:
    return libcrypto.load_key(pem, private=False)


def _bytes(pem: bytes | str) -> bytes:
    return pem.encode("ascii", "replace") if isinstance(pem, str) else pem


def block_cipher(key: bytes) -> algorithms.SM4:
    """SM4 (GB/T 32907-2016) under a 16-byte key; BadKey for another length."""
    if len(key) != 16:
        raise BadKey("SM4 密钥应为 16 字节")
    return algorithms.SM4(key)


def _nonce(nonce: bytes) -> bytes:
    if len(nonce) != 12:
        raise BadKey("SM4-GCM 的随机数应为 12 字节")
    return nonce
