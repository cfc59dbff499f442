"""Mandates as people see them, and what an organ's next delivery starts from."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import decisions, review
from ziyuan.onemap.deliveries.mandates import KINDS, LEVELS, Mandate, mandate, mandates
from ziyuan.onemap.deliveries.models import Delivery, State
from ziyuan.onemap.standards import library


def mandates_told(by: kernel.Actor) -> list[dict[str, Any]]:
    """All mandates, whole."""
    kernel.require(by, "delivery.read")
    return [_told(task) for task in mandates()]


def _told(task: Mandate) -> dict[str, Any]:
    layout = task.layout
    return {
        "id": task.id, "title": task.title, "duty": task.duty, "owed": task.owed, "package": task.package,
        "standards": list(task.standards),
        "organ": task.organ, "organ_title": LEVELS[task.organ], "organs": list(task.organs) if task.organs else None,
        "region": task.region, "cadence": task.cadence, "reference": task.reference,
        "current_period": task.current_period(kernel.today()),
        "kinds": [{"id": kind, "title": KINDS[kind]} for kind in task.kinds], "files": list(task.files),
        "extent": task.extent, "precursor": task.precursor, "partial": task.partial, "comment": task.comment,
        "levels": [review.told(step) for step in review.levels(task)], "review": task.review or None,
        "due": dict(task.due) if task.due else None, "feed": dict(task.feed) if task.feed else None,
        "villages": dict(task.villages),
        "tree": [{"title": e.title, "pattern": e.pattern, "kind": e.kind, "required": e.required, "dpi": e.dpi}
                 for e in layout.tree],
        "layers": [{"layer": la.id, "name": la.name, "title": library.layer(la.id).entity.title, "required": la.required}
                   for la in layout.layers.values()],
    }  # fmt: skip


def start(by: kernel.Actor, name: str, county: str) -> dict[str, Any]:
    """What the organ's next delivery starts from: its last answers, and the sealed deliveries it may build on."""
    task = mandate(name)
    told = decisions.start(by, name, county)
    titles = {la.id: library.layer(la.id).entity.title for la in task.layout.layers.values()}
    with kernel.acting(by):
        sealed = Delivery.objects.filter(mandate=name, county=county, state__in=(State.SEALED, State.SUPERSEDED))
        bases = [
            {"no": d.no, "period": d.period, "kind": d.kind, "state": d.state,
             "editions": [{"id": e["id"], "layer": e["layer"], "title": titles.get(e["layer"], e["layer"]),
                           "digest": e["digest"]} for e in d.editions]}
            for d in sealed.order_by("-pk")[:20]
        ]  # fmt: skip
    return {**told, "bases": bases}
