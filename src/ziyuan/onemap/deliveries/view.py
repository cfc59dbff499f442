"""One delivery as people see it: its line in a list, its road, its acts, its features on the map."""

import json
from datetime import timedelta
from typing import Any

import shapely

from ziyuan.base import crs
from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, review, uploads
from ziyuan.onemap.deliveries.decide import WITHDRAWABLE
from ziyuan.onemap.deliveries.errors import WindowWrong
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.mandates import LEVELS, mandate
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, State, Upload, UploadState
from ziyuan.onemap.deliveries.review import level_of
from ziyuan.onemap.deliveries.turns import places

_MOST_SHAPES = 2000
IN_WORK = (State.RECEIVED, State.READING, State.CHECKING)


def summary(row: Delivery) -> dict[str, Any]:
    """One line of the list."""
    task = mandate(row.mandate)
    return {
        "id": row.pk, "no": row.no, "county": row.county, "county_name": kernel.region(row.county).name,
        "period": row.period, "standard": task.layout.title, "mandate": row.mandate, "mandate_title": task.title,
        "kind": row.kind, "kind_title": row.kind_title, "state": row.state, "state_title": row.state_title,
        "stage": row.stage, "file_name": row.file_name, "size": row.size, "errors": row.errors,
        "warnings": row.warnings, "submitted": row.submitted, "submitted_by": row.submitted_by,
        "progress": _progress(row), "edition": row.editions[0]["digest"] if row.editions else None,
    }  # fmt: skip


def _progress(row: Delivery) -> dict[str, Any]:
    progress = getattr(row, "progress", None)  # one row to one delivery; an open delivery has none
    if progress is None or row.state == State.OPEN:
        return {"step": "", "done": 0, "total": 0, "percent": 0}
    if row.state == State.UPLOADING:
        return {"step": progress.step or "正在上传", "done": progress.done, "total": progress.total, "percent": 99}
    if row.state not in IN_WORK:
        return {"step": row.state_title, "done": 1, "total": 1, "percent": 100}
    percent = int(100 * progress.done / progress.total) if progress.total else 0
    return {"step": progress.step, "done": progress.done, "total": progress.total,
            "percent": max(0, min(99, percent))}


def detail(by: kernel.Actor, delivery: acts.Ref) -> dict[str, Any]:
    """One delivery with layers, members, receipt, notes, counts by rule and what the actor may do."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        signed = list(DeliveryNote.objects.filter(delivery=row).order_by("pk"))
        notes = [
            {"at": n.at, "person": n.person, "organ_name": n.organ_name, "act": n.act,
             "act_title": acts.ACT_TITLES.get(n.act, n.act), "text": n.text,
             "signed": kernel.verify(bytes(n.payload), bytes(n.signature))}
            for n in signed
        ]  # fmt: skip
        return {
            **summary(row),
            "layers": row.layers,
            "members": row.members,
            "receipt": row.receipts.get("accepted") or row.receipts.get("received"),
            "receipts": row.receipts,
            "notes": notes,
            "summary": row.summary,
            "bounds": row.bounds,
            "editions": row.editions,
            "file": {"name": row.file_name, "size": row.size, "sm3": row.file_sm3},
            "comment": row.comment, "named": row.named, "base": row.base, "facts": row.facts, "decisions": row.decisions,
            "attempts": row.attempts, "started": row.started, "finished": row.finished,
            "road": review.road(row, signed), "case": review.page(by, row),
            "upload": _upload(row),
            "queue": places().get(row.pk) if row.state in IN_WORK else None,
            "actions": actions(by, row),
        }


def _upload(row: Delivery) -> dict[str, Any] | None:
    """The open upload of the delivery."""
    found = Upload.objects.filter(delivery=row, state=UploadState.OPEN).first()
    return uploads.told(found) if found is not None else None


def actions(by: kernel.Actor, row: Delivery) -> list[dict[str, Any]]:
    """What the actor may do with the delivery; what he may not now says why."""
    steps = review.levels(mandate(row.mandate))[1:]
    in_review = "" if row.state == State.REVIEW else f"当前为“{row.state_title}”"

    def why(verb: str) -> str:
        return in_review or str(review.why_not(by, row, verb) or "")

    ahead = next((LEVELS[s.level] for s in steps if s.level != row.stage), "上级")
    offered: tuple[tuple[str, str, str, str, list[str], bool, str], ...] = (
        ("accept", "delivery.accept", "验收入库", why("accept"), [], True, "验收后立即封存为版本,地图随之更新,不可撤销。"),
        ("forward", "delivery.forward", f"转报{ahead}", why("forward"), [], True, f"转报后由{ahead}办理。"),
        ("return", "delivery.return", "退回修改", why("return"), ["opinion"], False,
         "退回后由县级修改并重新提交。"),
        ("withdraw", "delivery.withdraw", "撤回",
         "" if row.state in WITHDRAWABLE else f"当前为“{row.state_title}”", [], False,
         "撤回后本次汇交不再办理,可重新提交;正在进行的质检随即停止。"),
    )  # fmt: skip
    return [
        {"id": name, "title": title, "enabled": not told, "reason": told, "needs": needs, "task": None,
         "primary": primary, "consequence": consequence}
        for name, action, title, told, needs, primary, consequence in offered
        if kernel.may(by, action, region=row.county)
    ]  # fmt: skip


def preview(by: kernel.Actor, delivery: acts.Ref, layer: str, bbox: str) -> dict[str, Any]:
    """Delivered features of a layer that meet `bbox` (west,south,east,north in degrees), for the map."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        name = layer.replace("~", "/").rsplit("/", 1)[-1]
        tables = kept_layers(row, only=name)
    if name not in tables or "geometry" not in tables[name].table.column_names:
        return {"type": "FeatureCollection", "features": [], "left_off": 0}
    table = tables[name]
    zone = crs.of_epsg(table.epsg).zone or 39
    window = _window(bbox, zone)
    shapes = shapely.from_wkb(table.table.column("geometry").to_pylist(), on_invalid="ignore")
    rows = [int(i) for i in shapely.STRtree(shapes).query(window)]
    chosen = shapely.transform(
        shapes[rows[:_MOST_SHAPES]], lambda x, y: crs.to_degrees(zone).transform(x, y), interleaved=False
    )
    keys = table.table.column("BSM").to_pylist() if "BSM" in table.table.column_names else None
    features = [
        {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)),
         "properties": {"row": i + table.first_row, "key": keys[i] if keys else None}}
        for i, shape in zip(rows, chosen, strict=False)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features, "left_off": max(0, len(rows) - _MOST_SHAPES)}


def _window(bbox: str, zone: int) -> shapely.Geometry:
    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError as wrong:
        raise WindowWrong(bbox) from wrong
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise WindowWrong(bbox)
    x, y = crs.to_plane(zone).transform([west, east, west, east], [south, south, north, north])
    return shapely.box(min(x), min(y), max(x), max(y))


def waiting(by: kernel.Actor) -> int:
    """How many deliveries wait for the actor: to review, or returned to his county lately."""
    with kernel.acting(by):
        if kernel.may(by, "delivery.accept") and level_of(by) == "province":
            return Delivery.objects.filter(state=State.REVIEW).count()
        if kernel.may(by, "delivery.forward"):
            return Delivery.objects.filter(state=State.REVIEW, stage="city").count()
        since = kernel.now() - timedelta(days=30)
        return Delivery.objects.filter(state=State.RETURNED, submitted__gte=since).count()


def raw_file(by: kernel.Actor, delivery: acts.Ref) -> kernel.StoredFile:
    """The bytes as delivered. Raises kernel.NotFound where none have come yet."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
        found = kernel.StoredFile.objects.filter(digest=row.file_sm3).first() if row.file_sm3 else None
        if found is None:
            raise kernel_errors.NotFound("成果包", row.no)
        found.name = row.file_name  # the store keeps one content under the name it first came with
        return found


def receipt_file(by: kernel.Actor, delivery: acts.Ref, kind: str) -> tuple[bytes, str]:
    """A receipt as a JSON file, and its name. Raises kernel.NotFound."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        row = acts.find(delivery)
    told = row.receipts.get(kind)
    if told is None:
        raise kernel_errors.NotFound("回执", f"{row.no}/{kind}")
    return json.dumps(told, ensure_ascii=False, indent=1).encode(), f"{told['no']}-{told['title']}.json"
