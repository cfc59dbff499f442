"""Counters of both directions, for health and for the monitor."""

from typing import Any

from django.db.models import Count, Max, Q

from ziyuan.exchange.models import Incoming, Outgoing
from ziyuan.kernel import service as kernel


def counters() -> dict[str, Any]:
    """How many packages wait to be packed, went out, came in, have a fault, wait for an earlier one, were refused."""
    held = {name: _held(name) for name in ("in", "bad")}
    return {
        "waiting": Outgoing.objects.filter(written=None).count(),
        "out": Outgoing.objects.count(),
        "in": Incoming.objects.count(),
        "faults": Incoming.objects.exclude(fault="").count(),
        "early": held["in"],
        "bad": held["bad"],
    }


def _held(folder: str) -> int:
    path = kernel.node().data / "spool" / folder
    return len(list(path.glob("*.zyp"))) if path.is_dir() else 0


def streams() -> dict[str, Any]:
    """Per stream: highest number, head, faults; and the last packages."""
    out = Outgoing.objects.values("stream").annotate(
        seq=Max("seq"), written=Count("pk", filter=~Q(written=None))
    )
    into = Incoming.objects.values("stream").annotate(seq=Max("seq"), faults=Count("pk", filter=~Q(fault="")))
    recent = Incoming.objects.order_by("-pk")[:50]
    return {
        "counters": counters(),
        "out": list(out),
        "in": list(into),
        "recent": [
            {
                "stream": r.stream,
                "seq": r.seq,
                "kind": r.kind,
                "taken": r.taken.isoformat(),
                "fault": r.fault,
                "head": r.head,
            }
            for r in recent
        ],
    }
