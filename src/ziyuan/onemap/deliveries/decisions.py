"""Decisions recorded (判定记录): what a person answered to the guards' questions, when, and what he had been shown.

The organ's next delivery starts from them: names of members and columns at once; encoding and coordinate system where
its own file leaves the question open again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.formats import LayerTable

if TYPE_CHECKING:
    from ziyuan.onemap.deliveries.orders import Order

QUESTIONS = ("encoding", "crs")


def answers(by: kernel.Actor, order: "Order") -> list[dict[str, Any]]:
    """The decisions of an order: given now, and carried over from the organ's last delivery where nothing was said."""
    last = _last(order.mandate, by.organ, order.county)
    shown = {q["subject"]: q["shown"] for q in (asked(last) if last else [])}
    given = [
        *([("encoding", "", order.chosen_encoding)] if order.encoding else []),
        *([("crs", "", str(order.epsg))] if order.epsg else []),
        *(("member", found, layer) for found, layer in order.members.items()),
        *(("column", f"{layer}.{found}", field) for layer, named in order.columns.items() for found, field in named.items()),
    ]
    made = [
        {"what": what, "subject": subject, "value": value, "by": by.name, "organ_name": by.organ_name,
         "at": kernel.now().isoformat(timespec="seconds"), "shown": shown.get(what, ""), "from": None}
        for what, subject, value in given
    ]  # fmt: skip
    known = {(d["what"], d["subject"]) for d in made}
    carried = [{**d, "from": d.get("from") or last.no} for d in last.decisions] if last else []
    return [*made, *(d for d in carried if (d["what"], d["subject"]) not in known)]


def _last(mandate: str, organ: str, county: str) -> Delivery | None:
    """The organ's last delivery in which something was decided or asked."""
    return Delivery.objects.filter(mandate=mandate, organ=organ, county=county).exclude(file_sm3="").order_by("-pk").first()


def asked(row: Delivery) -> list[dict[str, str]]:
    """What the guards asked of a delivery: encoding (samples), coordinate system (words)."""
    samples = [f"{m['name']}:{'、'.join(m.get('samples', [])[:5])}" for m in row.members if m.get("samples")]
    words = {r["family"]: r["title"] for r in row.summary if r["family"] in ("编码", "坐标系")}
    return [
        *([{"subject": "encoding", "shown": ";".join([*([words["编码"]] if "编码" in words else []), *samples])[:1000]}]),
        *([{"subject": "crs", "shown": words["坐标系"]}] if "坐标系" in words else []),
    ]


def start(by: kernel.Actor, mandate: str, county: str) -> dict[str, Any]:
    """What the organ's next delivery starts from."""
    with kernel.acting(by):
        kernel.require(by, "delivery.submit", region=county)
        last = _last(mandate, by.organ, county)
        decided = last.decisions if last else []
    columns: dict[str, dict[str, str]] = {}
    for d in decided:
        if d["what"] == "column":
            layer, _, found = d["subject"].partition(".")
            columns.setdefault(layer, {})[found] = d["value"]
    return {
        "encoding": _value(decided, "encoding") or "", "crs": int(_value(decided, "crs") or 0) or None,
        "members": {d["subject"]: d["value"] for d in decided if d["what"] == "member"}, "columns": columns,
        "from": last.no if last and decided else None, "decisions": decided,
    }  # fmt: skip


def _value(decided: list[dict[str, Any]], what: str) -> str | None:
    return next((str(d["value"]) for d in decided if d["what"] == what), None)


def fallback(row: Delivery) -> tuple[str | None, int | None]:
    """Encoding and coordinate system carried over, to be tried where the file itself leaves them open."""
    carried = [d for d in row.decisions if d.get("from")]
    encoding, system = _value(carried, "encoding"), _value(carried, "crs")
    return (None if row.encoding else encoding), (None if row.crs else int(system or 0) or None)


def with_columns(row: Delivery, layers: Mapping[str, LayerTable]) -> dict[str, LayerTable]:
    """The layers with their columns named as the deliverer said they are meant."""
    meant = {d["subject"]: d["value"] for d in row.decisions if d["what"] == "column"}
    if not meant:
        return dict(layers)
    return {
        name: replace(layer, table=layer.table.rename_columns(
            [meant.get(f"{name}.{column}", column) for column in layer.table.column_names]))
        for name, layer in layers.items()
    }  # fmt: skip
