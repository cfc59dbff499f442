"""The system's libcrypto (OpenSSL 3) through ctypes: only what SM2 needs.

Every return value is checked, every argument type declared, the error queue drained. OpenSSL 3.0 takes an
empty SM2 identity by default and later ones the standard one, so the identity is always set. ctypes lets go
of the interpreter's lock during a call.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_ulong, c_void_p
from functools import lru_cache

from ziyuan.base.sm.errors import BadKey, CipherFailed, CipherMissing

LIBRARY = "libcrypto.so.3"
IDENTITY = b"1234567812345678"  # GM/T 0009

_P, _Z = c_void_p, POINTER(c_size_t)
_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "BIO_new_mem_buf": (_P, [c_char_p, c_int]),
    "BIO_s_mem": (_P, []),
    "BIO_new": (_P, [_P]),
    "BIO_read": (c_int, [_P, c_char_p, c_int]),
    "BIO_free": (c_int, [_P]),
    "PEM_read_bio_PrivateKey": (_P, [_P, _P, _P, _P]),
    "PEM_read_bio_PUBKEY": (_P, [_P, _P, _P, _P]),
    "PEM_write_bio_PKCS8PrivateKey": (c_int, [_P, _P, _P, _P, c_int, _P, _P]),
    "PEM_write_bio_PUBKEY": (c_int, [_P, _P]),
    "EVP_PKEY_is_a": (c_int, [_P, c_char_p]),
    "EVP_PKEY_free": (None, [_P]),
    "EVP_PKEY_CTX_new": (_P, [_P, _P]),
    "EVP_PKEY_CTX_new_from_name": (_P, [_P, c_char_p, c_char_p]),
    "EVP_PKEY_CTX_free": (None, [_P]),
    "EVP_PKEY_CTX_set1_id": (c_int, [_P, c_char_p, c_size_t]),
    "EVP_PKEY_keygen_init": (c_int, [_P]),
    "EVP_PKEY_generate": (c_int, [_P, POINTER(_P)]),
    "EVP_PKEY_public_check": (c_int, [_P]),
    "EVP_PKEY_encrypt_init": (c_int, [_P]),
    "EVP_PKEY_encrypt": (c_int, [_P, c_char_p, _Z, c_char_p, c_size_t]),
    "EVP_PKEY_decrypt_init": (c_int, [_P]),
    "EVP_PKEY_decrypt": (c_int, [_P, c_char_p, _Z, c_char_p, c_size_t]),
    "EVP_MD_CTX_new": (_P, []),
    "EVP_MD_CTX_free": (None, [_P]),
    "EVP_MD_CTX_set_pkey_ctx": (None, [_P, _P]),
    "EVP_sm3": (_P, []),
    "EVP_DigestSignInit": (c_int, [_P, _P, _P, _P, _P]),
    "EVP_DigestSign": (c_int, [_P, c_char_p, _Z, c_char_p, c_size_t]),
    "EVP_DigestVerifyInit": (c_int, [_P, _P, _P, _P, _P]),
    "EVP_DigestVerify": (c_int, [_P, c_char_p, c_size_t, c_char_p, c_size_t]),
    "ERR_get_error": (c_ulong, []),
    "ERR_error_string_n": (None, [c_ulong, c_char_p, c_size_t]),
    "OpenSSL_version": (c_char_p, [c_int]),
}


class Key:
    """An EVP_PKEY of ours; freed with the object. `private` tells whether it can sign."""

    def __init__(self, pointer: int, *, private: bool) -> None:
        self.pointer, self.private = pointer, private

    def __del__(self) -> None:
        if self.pointer:
            library().EVP_PKEY_free(self.pointer)


@lru_cache(maxsize=1)
def library(name: str = LIBRARY) -> ctypes.CDLL:
    """libcrypto with all argument types declared; CipherMissing says what is not there."""
    try:
        found = ctypes.CDLL(name)
    except OSError as error:
        raise CipherMissing(f"找不到 {name}") from error
    for function, (result, arguments) in _SIGNATURES.items():
        try:
            declared = getattr(found, function)
        except AttributeError as error:
            raise CipherMissing(f"{name} 没有函数 {function}") from error
        declared.restype, declared.argtypes = result, arguments
    return found


def version() -> str:
    """Version text of the loaded library."""
    return library().OpenSSL_version(0).decode("ascii", "replace")


def drain_errors() -> str:
    """All queued errors of this thread as one text; the queue is empty afterwards."""
    crypto, found = library(), []
    while number := crypto.ERR_get_error():
        text = ctypes.create_string_buffer(256)
        crypto.ERR_error_string_n(number, text, len(text))
        found.append(text.value.decode("ascii", "replace"))
    return "; ".join(found)


def expect(function: str, result: int | None) -> int:
    """`result` when it means success (a pointer, or 1); else CipherFailed with the drained queue."""
    if result is None or result <= 0:
        raise CipherFailed(function, drain_errors())
    return result


def load_key(pem: bytes, *, private: bool) -> Key:
    """An SM2 key from PEM; BadKey for other text, other algorithms, or a point off the curve."""
    crypto = library()
    bio = expect("BIO_new_mem_buf", crypto.BIO_new_mem_buf(pem, len(pem)))
    try:
        read = crypto.PEM_read_bio_PrivateKey if private else crypto.PEM_read_bio_PUBKEY
        pointer = read(bio, None, None, None)
    finally:
        crypto.BIO_free(bio)
    if not pointer:
        drain_errors()
        raise BadKey("不是 PEM 私钥" if private else "不是 PEM 公钥,或公钥点不在曲线上")
    key = Key(pointer, private=private)
    if crypto.EVP_PKEY_is_a(pointer, b"SM2") != 1:
        raise BadKey("算法不是 SM2")
    with _context(crypto.EVP_PKEY_CTX_new(pointer, None)) as context:
        if crypto.EVP_PKEY_public_check(context) != 1:
            drain_errors()
            raise BadKey("公钥点不在曲线上")
    return key


def generate_key() -> Key:
    """A new SM2 key pair from the library's random source."""
    crypto, pointer = library(), c_void_p()
    with _context(crypto.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)) as context:
        expect("EVP_PKEY_keygen_init", crypto.EVP_PKEY_keygen_init(context))
        expect("EVP_PKEY_generate", crypto.EVP_PKEY_generate(context, ctypes.byref(pointer)))
    return Key(expect("EVP_PKEY_generate", pointer.value), private=True)


def write_pem(key: Key, *, private: bool) -> bytes:
    """PEM of the private key (PKCS#8, not encrypted) or of the public key (SubjectPublicKeyInfo)."""
    crypto = library()
    bio = expect("BIO_new", crypto.BIO_new(crypto.BIO_s_mem()))
    try:
        if private:
            done = crypto.PEM_write_bio_PKCS8PrivateKey(bio, key.pointer, None, None, 0, None, None)
        else:
            done = crypto.PEM_write_bio_PUBKEY(bio, key.pointer)
        expect("PEM_write_bio", done)
        text = ctypes.create_string_buffer(4096)
        length = expect("BIO_read", crypto.BIO_read(bio, text, len(text)))
        return text.raw[:length]
    finally:
        crypto.BIO_free(bio)


def sign(key: Key, data: bytes) -> bytes:
    """SM2-with-SM3 signature of `data`, DER, identity 1234567812345678."""
    crypto, length = library(), c_size_t(80)
    with _digest_context(key) as context:
        expect(
            "EVP_DigestSignInit",
            crypto.EVP_DigestSignInit(context, None, crypto.EVP_sm3(), None, key.pointer),
        )
        made = ctypes.create_string_buffer(length.value)
        done = crypto.EVP_DigestSign(context, made, ctypes.byref(length), data, len(data))
        expect("EVP_DigestSign", done)
    return made.raw[: length.value]


def verify(key: Key, data: bytes, signature: bytes) -> bool:
    """Whether the library accepts `signature`; the shape of its DER is judged before, in `der`."""
    crypto = library()
    with _digest_context(key) as context:
        started = crypto.EVP_DigestVerifyInit(context, None, crypto.EVP_sm3(), None, key.pointer)
        expect("EVP_DigestVerifyInit", started)
        good = crypto.EVP_DigestVerify(context, signature, len(signature), data, len(data)) == 1
    drain_errors()
    return good


def encrypt(key: Key, data: bytes) -> bytes:
    """`data` (short) encrypted to an SM2 public key: the library's ASN.1 form of C1 C3 C2."""
    return _transform(key, data, "encrypt")


def decrypt(key: Key, data: bytes) -> bytes | None:
    """The reverse of `encrypt`, or None when it does not open."""
    try:
        return _transform(key, data, "decrypt")
    except CipherFailed:
        return None


def _transform(key: Key, data: bytes, verb: str) -> bytes:
    crypto, length = library(), c_size_t()
    run = getattr(crypto, f"EVP_PKEY_{verb}")
    with _context(crypto.EVP_PKEY_CTX_new(key.pointer, None)) as context:
        expect(f"EVP_PKEY_{verb}_init", getattr(crypto, f"EVP_PKEY_{verb}_init")(context))
        expect(f"EVP_PKEY_{verb}", run(context, None, ctypes.byref(length), data, len(data)))
        made = ctypes.create_string_buffer(max(length.value, 1))
        expect(f"EVP_PKEY_{verb}", run(context, made, ctypes.byref(length), data, len(data)))
    return made.raw[: length.value]


@contextmanager
def _context(pointer: int | None) -> Iterator[int]:
    context = expect("EVP_PKEY_CTX_new", pointer)
    try:
        yield context
    finally:
        library().EVP_PKEY_CTX_free(context)


@contextmanager
def _digest_context(key: Key) -> Iterator[int]:
    crypto = library()
    with _context(crypto.EVP_PKEY_CTX_new(key.pointer, None)) as key_context:
        expect("EVP_PKEY_CTX_set1_id", crypto.EVP_PKEY_CTX_set1_id(key_context, IDENTITY, len(IDENTITY)))
        context = expect("EVP_MD_CTX_new", crypto.EVP_MD_CTX_new())
        try:
            crypto.EVP_MD_CTX_set_pkey_ctx(context, key_context)
            yield context
        finally:
            crypto.EVP_MD_CTX_free(context)
