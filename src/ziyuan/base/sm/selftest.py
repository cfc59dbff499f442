"""Known answers and forgeries, run before a node starts: one failure and it does not start.

Sources: GB/T 32905-2016 annex A (SM3), GB/T 32907-2016 annex A (SM4), RFC 8998 A.1 (SM4-GCM),
GB/T 32918.5-2017 annex A (SM2 signature), RFC 2104 construction for HMAC.
"""

from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers import Cipher, modes

from ziyuan.base.sm import der, libcrypto, software
from ziyuan.base.sm.errors import BadKey, CannotOpen, SelfTestFailed
from ziyuan.base.sm.software import SoftwareProvider

_SM3 = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}
_SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
_SM4_SEALED = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
_GCM_NONCE = bytes.fromhex("00001234567800000000abcd")
_GCM_LABEL = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
_GCM_PLAIN = bytes.fromhex(
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
    "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
)
_GCM_SEALED = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec"
)
_MESSAGE = b"message digest"
_X = 0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
_Y = 0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13
_R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
_S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


def run(provider: SoftwareProvider) -> int:
    """Run all vectors; the number of passed ones, or SelfTestFailed at the first that fails."""
    passed = 0
    for title, good in _vectors(provider):
        if not good:
            raise SelfTestFailed(title)
        passed += 1
    return passed


def _vectors(provider: SoftwareProvider) -> Iterator[tuple[str, bool]]:
    for data, answer in _SM3.items():
        yield f"SM3({len(data)} 字节)", provider.sm3(data).hex() == answer
    yield "HMAC-SM3", provider.hmac_sm3(b"k" * 65, b"abc") == _hmac(provider, b"k" * 65, b"abc")
    yield from _sm4_vectors(provider)
    yield from _signature_vectors(provider)
    yield "随机数", len({provider.random(16) for _ in range(4)}) == 4


def _hmac(provider: SoftwareProvider, key: bytes, data: bytes) -> bytes:
    block = provider.sm3(key).ljust(64, b"\0")
    inner = provider.sm3(bytes(b ^ 0x36 for b in block) + data)
    return provider.sm3(bytes(b ^ 0x5C for b in block) + inner)


def _sm4_vectors(provider: SoftwareProvider) -> Iterator[tuple[str, bool]]:
    block = Cipher(software.block_cipher(_SM4_KEY), modes.ECB()).encryptor()  # noqa: S305 — one block, known answer
    yield "SM4 单块", block.update(_SM4_KEY) == _SM4_SEALED
    sealed = provider.sm4_gcm_encrypt(_SM4_KEY, _GCM_NONCE, _GCM_PLAIN, _GCM_LABEL)
    yield "SM4-GCM 加密", sealed == _GCM_SEALED
    opened = provider.sm4_gcm_decrypt(_SM4_KEY, _GCM_NONCE, _GCM_SEALED, _GCM_LABEL)
    yield "SM4-GCM 解密", opened == _GCM_PLAIN
    yield "SM4-GCM 拒绝改动的密文", _refuses_changed(provider)


def _refuses_changed(provider: SoftwareProvider) -> bool:
    changed = bytes([_GCM_SEALED[0] ^ 1]) + _GCM_SEALED[1:]
    try:
        provider.sm4_gcm_decrypt(_SM4_KEY, _GCM_NONCE, changed, _GCM_LABEL)
    except CannotOpen:
        return True
    return False


def _signature_vectors(provider: SoftwareProvider) -> Iterator[tuple[str, bool]]:
    public, true = public_pem(_X, _Y), der.encode_signature(_R, _S)
    yield "SM2 验签", provider.sm2_verify(public, _MESSAGE, true)
    for title, signature in forgeries(_R, _S):
        yield f"SM2 拒绝伪造:{title}", not provider.sm2_verify(public, _MESSAGE, signature)
    yield "SM2 拒绝别的报文", not provider.sm2_verify(public, _MESSAGE + b"!", true)
    yield "SM2 拒绝曲线外的公钥", _refuses_off_curve()
    private, own = provider.sm2_generate()
    signature = provider.sm2_sign(private, _MESSAGE)
    yield "SM2 签名后验签", provider.sm2_verify(own, _MESSAGE, signature)
    yield "SM2 拒绝别人的公钥", not provider.sm2_verify(public, _MESSAGE, signature)
    yield "SM2 加密后解密", provider.sm2_decrypt(private, provider.sm2_encrypt(own, _MESSAGE)) == _MESSAGE


def forgeries(r: int, s: int) -> list[tuple[str, bytes]]:
    """Signatures made from a true one (r, s), none of which may be accepted."""
    true = der.encode_signature(r, s)
    padded = b"\x02\x22\x00" + der.encode_signature(r, s)[4:37] + der.encode_signature(r, s)[37:]
    return [
        ("r 为零", der.encode_signature(0, s)),
        ("s 为零", der.encode_signature(r, 0)),
        ("r 加上阶", der.encode_signature(r + der.ORDER, s)),
        ("s 加上阶", der.encode_signature(r, s + der.ORDER)),
        ("r 与 s 之和为阶", der.encode_signature(r, der.ORDER - r)),
        ("r 与 s 对调", der.encode_signature(s, r)),
        ("s 改一位", der.encode_signature(r, s ^ 1)),
        ("末尾多一字节", true + b"\x00"),
        ("整数多补零", b"\x30" + bytes([len(padded)]) + padded),
        ("截去一字节", true[:-1]),
        ("空", b""),
    ]


def public_pem(x: int, y: int) -> bytes:
    """PEM of the SM2 public point (x, y), whether or not it lies on the curve."""
    from base64 import encodebytes

    body = encodebytes(_SPKI + b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"-----END PUBLIC KEY-----\n"


def _refuses_off_curve() -> bool:
    try:
        libcrypto.load_key(public_pem(_X, _Y ^ 1), private=False)
    except BadKey:
        return True
    return False
