"""Counters of both directions, for health and for the monitor."""

from typing import Any

from django.db.models import Count, Max, Q

from ziyuan.exchange.models import Incoming, Outgoing
from ziyuan.kernel import service as kernel


def counters() -> dict[str, Any]:
    """How many packages wait, went out, came in, were refused."""
    spool = kernel.node().data / "spool"
    return {
        "waiting": Outgoing.objects.filter(written=None).count(),
        "out": Outgoing.objects.count(),
        "in": Incoming.objects.count(),
        "faults": Incoming.objects.exclude(fault="").count(),
        "bad": len(list((spool / "bad").glob("*.zyp"))) if (spool / "bad").is_dir() else 0,
    }


def streams() -> dict[str, Any]:
    """Per stream: highest number, head, faults; and the last packages."""
    out = Outgoing.objects.values("stream").annotate(seq=Max("seq"), written=Count("pk", filter=~Q(written=None)))
    into = Incoming.objects.values("stream").annotate(seq=Max("seq"), faults=Count("pk", filter=~Q(fault="")))
    recent = Incoming.objects.order_by("-pk")[:50]
    return {
        "counters": counters(),
        "out": list(out),
        "in": list(into),
        "recent": [
            {"stream": r.stream, "seq": r.seq, "kind": r.kind, "taken": r.taken.isoformat(), "fault": r.fault, "head": r.head}
            for r in recent
        ],
    }
