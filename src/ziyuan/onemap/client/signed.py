"""What of a receipt was signed, and whether it holds: plain Python, so that it can be verified where there is no node."""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ziyuan.base import canonical

DOMAIN = "delivery-receipt"


def signed_part(told: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """(canonical bytes that were signed, signature DER). Raises ValueError for a signature that is no Base64."""
    body = {name: value for name, value in told.items() if name != "signature"}
    return canonical.encode(DOMAIN, body), base64.b64decode(str(told.get("signature", "")), validate=True)


def key_of(path: Path | None, node: str) -> bytes:
    """The public key (PEM): the file named, else of the node whose file ZIYUAN_NODE names, or of a peer it knows.

    Raises OSError, ValueError.
    """
    if path is not None:
        return path.read_bytes()
    told = json.loads(Path(os.environ.get("ZIYUAN_NODE", "")).read_text(encoding="utf-8"))
    for peer in told.get("peers", []):
        if peer["name"] == node:
            return str(peer["public_key"]).encode("ascii")
    return (Path(told["data"]) / "keys" / "node.pub").read_bytes()


def holds(told: Any, pem: bytes) -> str:
    """What is wrong with a receipt; empty when the holder of the key signed exactly this."""
    from ziyuan.base import sm

    if not isinstance(told, dict) or told.get("kind") not in ("received", "accepted"):
        return "不是收件回执或验收回执"
    try:
        payload, signature = signed_part(told)
        signed = sm.provider().sm2_verify(pem, payload, signature)
    except (ValueError, canonical.NotCanonical, sm.BadKey):
        return "签名、内容或公钥的格式不对"
    return "" if signed else "内容与签名不符"
