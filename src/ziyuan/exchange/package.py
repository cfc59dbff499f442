"""The package: header, sealed content, signature. Plain bytes in, plain bytes out; no database, no clock.

    ZYPK1 | length of header (4 bytes) | header (JSON) | length of signature (2 bytes) | signature | sealed content

The header names stream, number, head before, creation, sender, recipient, grade and the list of contents with their
SM3; the signature (SM2 of the sender) covers the canonical header and the SM3 of the sealed content; the content is a
tar sealed under a key of its own, wrapped to the recipient's SM2 key. Files in it are named by their SM3.
"""

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ziyuan.base import canonical, sm
from ziyuan.exchange.errors import PackageRefused

MAGIC = b"ZYPK1"
MESSAGE = "message.json"
LARGEST = 512 * 1024 * 1024
VERSION = 1
NEEDED = {
    "version": int,
    "stream": str,
    "seq": int,
    "prev_head": str,
    "created": str,
    "sender": str,
    "recipient": str,
    "grade": int,
    "kind": str,
    "contents": list,
    "sealed_sm3": str,
}
Sign = Callable[[bytes], bytes]
Check = Callable[[bytes, bytes, str], bool]


@dataclass(frozen=True)
class Package:
    """An opened package: its header, its message, its files by name."""

    header: dict[str, Any]
    message: dict[str, Any]
    files: dict[str, bytes]


def stream_of(sender: str, recipient: str) -> str:
    """The name of the one stream from a node to another."""
    return f"{sender}-{recipient}"


def head_after(previous: str, signed: bytes) -> str:
    """The stream's head after a package: SM3 over the head before and what was signed."""
    return canonical.digest("exchange-head", {"prev": previous, "signed": signed}).hex()


def build(
    header: Mapping[str, Any],
    message: Mapping[str, Any],
    files: Mapping[str, bytes],
    recipient_key: bytes,
    sign: Sign,
) -> tuple[bytes, str]:
    """Package bytes and the stream's head after it."""
    content = _tar({MESSAGE: json.dumps(message, ensure_ascii=False, sort_keys=True).encode(), **files})
    listed = [{"name": n, "size": len(b), "sm3": sm.sm3(b).hex()} for n, b in sorted(files.items())]
    sealed = io.BytesIO()
    sm.seal_file(io.BytesIO(content), sealed, to=recipient_key)
    body = sealed.getvalue()
    full = {**header, "contents": listed, "sealed_sm3": sm.sm3(body).hex(), "sealed_size": len(body)}
    signed = canonical.encode("exchange-package", full)
    signature = sign(signed)
    told = json.dumps(full, ensure_ascii=False, sort_keys=True).encode()
    parts = [MAGIC, len(told).to_bytes(4, "big"), told, len(signature).to_bytes(2, "big"), signature, body]
    return b"".join(parts), head_after(header["prev_head"], signed)


def _tar(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, body in sorted(members.items()):
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return out.getvalue()


def read_header(data: bytes, name: str) -> tuple[dict[str, Any], bytes, bytes]:
    """(header, signature, sealed content): structure checked, nothing trusted yet. Raises PackageRefused."""
    if len(data) > LARGEST or data[:5] != MAGIC:
        raise PackageRefused(name, "不是交换包或超过大小限制")
    at = 9 + int.from_bytes(data[5:9], "big")
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    if len(data) < end + 1:
        raise PackageRefused(name, "文件被截断")
    try:
        header = json.loads(data[9:at])
    except (ValueError, RecursionError) as error:
        raise PackageRefused(name, "包头损坏") from error
    if not isinstance(header, dict) or not NEEDED.items() <= {k: type(v) for k, v in header.items()}.items():
        raise PackageRefused(name, "包头缺少项目或项目类型不符")
    return header, data[at + 2 : end], data[end:]


def verified(
    data: bytes, name: str, *, recipient: str, grade_limit: int, check: Check
) -> tuple[dict[str, Any], bytes, str]:
    """(header, sealed content, head after it) of a package whose signature, address and grade hold.

    Raises PackageRefused with the reason; nothing is unsealed here.
    """
    header, signature, body = read_header(data, name)
    try:
        signed = canonical.encode("exchange-package", header)
    except canonical.NotCanonical as error:
        raise PackageRefused(name, "包头含有不能签名的值") from error
    if not check(signed, signature, header["sender"]):
        raise PackageRefused(name, "签名不符")
    if header["version"] != VERSION:
        raise PackageRefused(name, f"包格式版本 {header['version']} 不受支持")
    if header["recipient"] != recipient:
        raise PackageRefused(name, f"收件节点是 {header['recipient']},不是本节点")
    if header["stream"] != stream_of(header["sender"], recipient):
        raise PackageRefused(name, f"流“{header['stream']}”不属于发出节点")
    if not 1 <= header["grade"] <= grade_limit:
        raise PackageRefused(name, f"数据级别 {header['grade']} 不得在此方向传送")
    if sm.sm3(body).hex() != header["sealed_sm3"]:
        raise PackageRefused(name, "密封内容与包头不符")
    return header, body, head_after(header["prev_head"], signed)


def unseal(header: dict[str, Any], body: bytes, name: str, private_key: bytes) -> Package:
    """Open the content of a verified package. Raises PackageRefused."""
    plain = io.BytesIO()
    try:
        sm.open_file(io.BytesIO(body), plain, key=sm.provider().sm2_private(private_key))
    except sm.CannotOpen as error:
        raise PackageRefused(name, "不能解封(不是发给本节点,或内容被改动)") from error
    plain.seek(0)
    try:
        members = _members(plain, name)
        message = json.loads(members.pop(MESSAGE))
    except (tarfile.TarError, ValueError, KeyError, RecursionError) as error:
        raise PackageRefused(name, "密封内容不可读") from error
    listed = {
        c["name"]: c["sm3"] for c in header["contents"] if isinstance(c, dict) and {"name", "sm3"} <= c.keys()
    }
    if {n: sm.sm3(b).hex() for n, b in members.items()} != listed or any(n != s for n, s in listed.items()):
        raise PackageRefused(name, "内容清单与实际文件不符")
    if not isinstance(message, dict):
        raise PackageRefused(name, "message.json 应为键值")
    return Package(header, message, members)


def _members(plain: io.BytesIO, name: str) -> dict[str, bytes]:
    """Regular files at the top only, each once."""
    members: dict[str, bytes] = {}
    with tarfile.open(fileobj=plain, mode="r:") as archive:
        for info in archive:
            held = archive.extractfile(info) if info.isfile() else None
            if held is None or "/" in info.name or info.name in members:
                raise PackageRefused(name, f"内容含有不允许的成员“{info.name}”")
            members[info.name] = held.read()
    return members
