"""Receipts (回执): what was received, what was accepted; signed SM2 by the node over canonical bytes."""

import base64
from typing import Any

from ziyuan.base import canonical
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.client.signed import DOMAIN, signed_part
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
        "mandate": delivery.mandate,
        "delivery_kind": delivery.kind,
        "organ": delivery.organ,
        "package": layout.title,
        "standards": sorted({layer.standard for layer in layout.layers.values()}),
        "file": {"name": delivery.file_name, "size": delivery.size, "sm3": delivery.file_sm3},
        "members": [{"name": m["name"], "size": m["size"], "sm3": m["sm3"]} for m in delivery.members],
        "at": kernel.now().isoformat(timespec="seconds"),
        "node": kernel.node().name,
        **facts,
    }
    return {**body, "signature": base64.b64encode(kernel.sign(canonical.encode(DOMAIN, body))).decode("ascii")}


def receipt_holds(told: dict[str, Any]) -> bool:
    """True when the receipt is exactly what this node (or a peer it knows) signed."""
    payload, signature = signed_part(told)
    return kernel.verify(payload, signature, signer=str(told.get("node", "")))


def verify_receipt(told: Any) -> str:
    """What is wrong with a receipt that somebody shows; empty when this node or a peer of it signed exactly this."""
    return _judged(told)[1]


def verdict_on(by: kernel.Actor, told: Any) -> dict[str, Any]:
    """A receipt judged: `verdict` is genuine, altered, unknown (a node not known here) or none (no receipt at all).

    `delivery`: id and present state of the delivery it is about, where the asker may see that; else None.
    """
    verdict, why = _judged(told)
    return {"valid": verdict == "genuine", "verdict": verdict, "why": why, "delivery": _about(by, told) if not why else None}


def _judged(told: Any) -> tuple[str, str]:
    """(verdict, what is wrong)."""
    if not isinstance(told, dict) or told.get("kind") not in TITLES:
        return "none", "不是收件回执或验收回执"
    try:
        return ("genuine", "") if receipt_holds(told) else ("altered", "内容与签名不符")
    except kernel_errors.UnknownPeer:
        return "unknown", f"本节点不认识出具回执的节点“{str(told.get('node'))[:40]}”"
    except (ValueError, TypeError):
        return "altered", "签名或内容的格式不对"


def _about(by: kernel.Actor, told: dict[str, Any]) -> dict[str, Any] | None:
    if not kernel.may(by, "delivery.read"):
        return None
    with kernel.acting(by):
        row = Delivery.objects.filter(no=told["delivery"]).first()
    return {"id": row.pk, "no": row.no, "state": row.state, "state_title": row.state_title} if row else None
