"""Editions as pages of the API: lists with their acts, impact, proofs, kinship, changeset packages."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely

from ziyuan.base.geometry import PlaneBatch
from ziyuan.kernel import service as kernel
from ziyuan.kernel.errors import NotFound
from ziyuan.onemap.differences.changeset import GEOMETRY, Changeset
from ziyuan.onemap.differences.tables import KINDS, Change
from ziyuan.onemap.editions import changesets, register, undo
from ziyuan.onemap.editions.kinship import Kin, kinship
from ziyuan.onemap.editions.layers import layer
from ziyuan.onemap.editions.models import EDITION_KINDS, LINK_SOURCES, Edition
from ziyuan.onemap.editions.moment import known_of
from ziyuan.onemap.editions.verify import inclusion, verify
from ziyuan.onemap.services.changes import when
from ziyuan.onemap.services.features import plain

_ACTS = (("rollback", "回退到此版本", "edition.rollback"), ("withdraw", "撤回", "edition.withdraw"),
         ("changeset", "生成增量包", "changeset.make"))  # fmt: skip


def edition_list(by: kernel.Actor, name: str, county: str | None = None) -> dict[str, Any]:
    """All editions of a layer within the actor's region, the newest reference date first."""
    found = register.editions(by, name, county)
    return {"items": [told(by, e, found) for e in found]}


def edition(by: kernel.Actor, number: int) -> dict[str, Any]:
    """One edition. Raises NoEdition, also for another region's."""
    with kernel.acting(by):
        found = register.get(number)
    return told(by, found, register.editions(by, found.layer, found.county))


def told(by: kernel.Actor, e: Edition, found: list[Edition]) -> dict[str, Any]:
    """An edition as JSON; `found`: all editions of its layer."""
    state = register.state_of(e, found)
    return {
        "id": e.pk, "layer": e.layer, "layer_title": layer(e.layer).title, "county": e.county,
        "county_name": kernel.region(e.county).name, "period": e.period, "reference_date": plain(e.reference_date),
        "sealed": plain(e.sealed), "sealed_by": e.sealed_by, "kind": e.kind, "kind_title": dict(EDITION_KINDS)[e.kind],
        "reason": e.reason, "delivery_no": e.delivery_no, "digest": e.hex_digest, "features": e.features,
        "area_m2": plain(e.area_m2), "inserted": e.inserted, "updated": e.updated, "deleted": e.deleted,
        "unchanged": e.unchanged, "base": e.base_id, "state": state, "state_title": register.STATES[state],
        "withdrawn": plain(e.withdrawn), "withdrawn_by": e.withdrawn_by, "withdrawn_reason": e.withdrawn_reason,
        "actions": _actions(by, e, state),
    }  # fmt: skip


def _actions(by: kernel.Actor, e: Edition, state: str) -> list[dict[str, Any]]:
    """What the actor may do with the edition, with the reason where it is not possible."""
    barred = {
        "rollback": "已经是现行版本" if state == "in_force" else "已撤回的版本不能再作依据" if state == "withdrawn" else "",
        "withdraw": "已经撤回" if state == "withdrawn" else "",
        "changeset": "没有前一版本" if e.base_id is None else "",
    }
    return [
        {"id": act, "title": title, "enabled": not barred[act], "reason": barred[act]}
        for act, title, right in _ACTS
        if kernel.may(by, right, region=e.county)
    ]


def edition_impact(by: kernel.Actor, number: int) -> dict[str, Any]:
    """What stands on an edition, with the mark that a withdrawal must carry."""
    found = undo.impact_of(number, by=by)
    standing = [{"kind": d.kind, "reference": d.reference, "title": d.title} for d in found.standing]
    return {"edition": found.edition, "mark": found.mark, "standing": standing}


def edition_verified(by: kernel.Actor, number: int) -> dict[str, Any]:
    """The edition proved again from rows and file."""
    found = verify(number, by=by)
    return {"ok": found.ok, "rows": found.rows, "file": found.file, "place": found.place, "first_key": found.first_key,
            "message": found.message}  # fmt: skip


def edition_proof(by: kernel.Actor, number: int, key: str) -> dict[str, Any]:
    """Proof that one feature belongs to the edition's digest. Raises NotFound."""
    found = inclusion(number, key, by=by)
    if found is None:
        raise NotFound("要素", key)
    return {"key": key, "digest": found.digest.hex(), "index": found.index, "size": found.size,
            "path": [step.hex() for step in found.path], "root": found.root.hex()}  # fmt: skip


def edition_act(
    by: kernel.Actor, number: int, act: str, *, reason: str, seen: str = "", on: date | None = None
) -> dict[str, Any]:
    """Withdraw the edition, or roll back to it. Raises NotFound for another act, and what the act raises."""
    if act == "withdraw":
        done = undo.withdraw(number, reason=reason, seen=seen, by=by)
    elif act == "rollback":
        done = undo.rollback(number, reason=reason, by=by, on=on)
    else:
        raise NotFound("操作", act)
    return edition(by, done.pk)


def kinship_of(by: kernel.Actor, name: str, county: str, key: str) -> dict[str, Any]:
    """Ancestors and descendants of a feature through the years. Raises NotFound for another region's."""
    if not kernel.contains(by.region, county):
        raise NotFound("要素", key)
    found = kinship(name, county, key, by=by)
    return {"key": key, "ancestors": [_kin(k) for k in found.ancestors], "descendants": [_kin(k) for k in found.descendants]}


def _kin(k: Kin) -> dict[str, Any]:
    return {
        "depth": k.depth, "child": k.child, "parent": k.parent, "shared_m2": plain(k.shared_m2), "share": plain(k.share),
        "source": k.source, "source_title": dict(LINK_SOURCES)[k.source], "edition": k.edition,
        "reference_date": plain(k.reference_date),
    }  # fmt: skip


def changeset_file(by: kernel.Actor, name: str, county: str, from_: str, to: str) -> changesets.Written:
    """The sealed package between two editions, years or days; from nothing where `from_` is empty."""
    kernel.require(by, "changeset.make", region=county)
    kind = layer(name)
    start = when(by, kind, county, from_) if from_ else None
    made = changesets.make(kind.id, county, start, when(by, kind, county, to), by=by)
    return changesets.write(made, by=by)


def inspected(by: kernel.Actor, path: Path, most: int | None = None) -> dict[str, Any]:
    """What a package says, and whether it would apply here; its changes line by line under `changes`.

    With `most` at most so many lines, each with its `shape` (GeoJSON, EPSG:4490; a deleted feature's is the earlier
    one, a record's null), and in `left_off` how many were left off.
    """
    package = changesets.read(path)
    found = package.changeset
    kind = layer(found.layer)
    kernel.require(by, "map.read", region=found.county)
    changes = found.changes(kind.model, kind.entity, package.epsg)
    with kernel.acting(by):
        held = register.latest(kind.id, found.county, found.target.reference_date)
    why = _why(held.hex_digest if held else changesets.EMPTY, found.base.digest, found.target.digest)
    return {
        "layer": kind.id, "layer_title": kind.title, "county": found.county, "county_name": kernel.region(found.county).name,
        "signer": package.signer, "made": plain(package.made), "sm3": package.sm3, "base": _end(found.base),
        "target": _end(found.target), "summary": {kind_: changes.summary[kind_] for kind_ in KINDS},
        "held": held and {"digest": held.hex_digest, "reference_date": plain(held.reference_date)},
        "applies": not why, "why": why, **_lines(kind.entity.name, found, changes.changes, most),
    }  # fmt: skip


def _lines(name: str, found: Changeset, changes: Sequence[Change], most: int | None) -> dict[str, Any]:
    lines = [c.to_json(name) for c in changes[:most]]
    if most is None:
        return {"changes": lines}
    shapes = [_shape(found, c) for c in changes[:most]]
    return {"changes": [line | {"shape": shape} for line, shape in zip(lines, shapes, strict=True)],
            "left_off": max(0, len(changes) - most)}  # fmt: skip


def _shape(found: Changeset, change: Change) -> dict[str, Any] | None:
    """The later shape of a change, else the earlier one."""
    table, row = (found.before, change.old_row) if change.new_row is None else (found.after, change.new_row)
    if GEOMETRY not in table.column_names:
        return None
    shape = PlaneBatch.from_wkb(table.column(GEOMETRY).slice(row, 1), found.zone, kind=layer(found.layer).shape or "polygon")
    drawn: dict[str, Any] = json.loads(shapely.to_geojson(shape.to_4490()[0]))
    return drawn


def _why(held: str, base: str, target: str) -> str:
    if held == base:
        return ""
    return "本地已是目标版本" if held == target else "本地在该日的版本不是增量包的基础版本"


def _end(state: Any) -> dict[str, Any]:
    return {"digest": state.digest, "reference_date": plain(state.reference_date), "features": state.features}


def changeset_applied(by: kernel.Actor, path: Path, delivery_no: str = "") -> dict[str, Any]:
    """Apply a package; the new edition."""
    return edition(by, changesets.apply(path, by=by, delivery_no=delivery_no).pk)


def known_moment(text: str | None) -> datetime | None:
    """The record moment of a query parameter. Raises BadMoment."""
    return known_of(text) if text else None
