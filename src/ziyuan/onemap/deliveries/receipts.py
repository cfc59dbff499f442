"""Receipts (回执): what was received, what was accepted; signed SM2 by the node over canonical bytes."""

import base64
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery

TITLES = {"received": "收件回执", "accepted": "验收回执"}


def receipt(delivery: Delivery, kind: str, **facts: Any) -> dict[str, Any]:
    """The receipt as JSON, with its signature. A retried job gives the same content but for time and number."""
    layout = mandate(delivery.mandate).layout
    body: dict[str, Any] = {
        "kind": kind,
        "title": TITLES[kind],
        "no": f"{delivery.no}-{'R' if kind == 'received' else 'A'}",
        "delivery": delivery.no,
        "county": delivery.county,
        "period": delivery.period,
        "package": layout.title,
        "standards": sorted({layer.standard for layer in layout.layers.values()}),
        "file": {"name": delivery.file_name, "size": delivery.size, "sm3": delivery.file_sm3},
        "members": [{"name": m["name"], "size": m["size"], "sm3": m["sm3"]} for m in delivery.members],
        "at": kernel.now().isoformat(timespec="seconds"),
        "node": kernel.node().name,
        **facts,
    }
    signature = kernel.sign(canonical.encode("delivery-receipt", body))
    return {**body, "signature": base64.b64encode(signature).decode("ascii")}


def receipt_holds(told: dict[str, Any]) -> bool:
    """True when the receipt is exactly what this node signed."""
    body = {name: value for name, value in told.items() if name != "signature"}
    signature = base64.b64decode(told.get("signature", ""))
    return kernel.verify(canonical.encode("delivery-receipt", body), signature, signer=body.get("node", ""))
