"""The data standards as the offices see them: list, one standard, its handbook, templates and schema, what changed."""

import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ziyuan.base import crs
from ziyuan.kernel import service as kernel
from ziyuan.onemap.standards import differences, handbook, library, masks, schema, showing, styles
from ziyuan.onemap.standards.errors import StandardNotFound
from ziyuan.onemap.standards.model import Entity, Model

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GPKG = "application/geopackage+sqlite3"


class MadeFile(NamedTuple):
    """A file made from a standard, and how it is called."""

    body: bytes
    name: str
    media: str


def standards(by: kernel.Actor) -> list[dict[str, Any]]:
    """Every standard with its layers."""
    _may(by)
    return [showing.summary(model) | {"before": _before(model)} for model in library.all_models()]


def standard(by: kernel.Actor, name: str) -> dict[str, Any]:
    """One standard: layers with fields and labels, code tables, rules."""
    _may(by)
    model = library.load_named(name)
    return showing.summary(model) | {
        "before": _before(model),
        "fields": {e.name: [_field(model, e, n) for n in e.fields] for e in model.entities.values()},
        "codes": {name_: _codes(model, name_) for name_ in model.codes},
        "rules": showing.rule_set(model),
    }


def _field(model: Model, entity: Entity, name: str) -> dict[str, Any]:
    field = entity.fields[name]
    shown = {version: next(s for s in masks.shown(entity, version) if s.field == name).mask for version in masks.VERSIONS}
    return {
        "name": name, "title": field.title, "type": showing.kind(field), "length": field.length, "decimals": field.decimals,
        "unit": field.unit, "required": field.required, "required_when": field.required_when,
        "domain": showing.domain(field), "label": masks.label_of(entity, field), "shown": shown, "note": field.note,
        "source": field.source, "confidence": field.confidence, "schema": schema.field_schema(model, field),
    }  # fmt: skip


def _codes(model: Model, name: str) -> dict[str, Any]:
    table = model.codes[name]
    rows = [
        {
            "code": row.code, "name": row.name, "parent": row.parent or None, "usable": row.usable,
            "valid_from": row.valid_from, "valid_to": row.valid_to, "replaced_by": row.replaced_by or None,
            "confidence": row.confidence,
        }
        for row in table.rows
    ]  # fmt: skip
    return {"title": table.title, "complete": table.complete, "source": table.source, "rows": rows}


def _before(model: Model) -> str | None:
    """The edition that rows are carried over from."""
    mapping = library.mapping_of(model)
    return mapping.old.name if mapping is not None else None


def standard_differences(by: kernel.Actor, name: str, old: str = "") -> dict[str, Any]:
    """What changed from `old` (the edition before, where it is left out) to the standard."""
    _may(by)
    model = library.load_named(name)
    mapping = library.mapping_of(model)
    if not old and mapping is None:
        raise StandardNotFound(f"{name} 的上一版", [n for n in library.names() if n.split("@")[0] == model.id])
    before = library.load_named(old) if old else mapping.old  # type: ignore[union-attr]
    used = mapping if mapping is not None and mapping.old.name == before.name else None
    found = differences.differences(before, model, used)
    return {
        "old": before.name, "new": model.name, "counts": differences.counts(found),
        "items": [change.to_dict() | {"line": change.to_line()} for change in found],
    }  # fmt: skip


def standard_file(by: kernel.Actor, name: str, kind: str, epsg: int = 4527) -> MadeFile:
    """A file made from a standard: `handbook`, `template`, `workbook`, `vct`, `schema` or `styles`.

    `epsg` is the system of the template and the VCT head. Raises StandardNotFound and what `crs.of_epsg` raises.
    """
    _may(by)
    crs.of_epsg(epsg)
    return _MAKERS[kind](library.load_named(name), epsg)


def _may(by: kernel.Actor) -> None:
    kernel.require(by, "catalogue.read")


def _handbook(model: Model, epsg: int) -> MadeFile:
    return MadeFile(handbook.html(model).encode(), f"{model.title}手册.html", "text/html; charset=utf-8")


def _template(model: Model, epsg: int) -> MadeFile:
    from ziyuan.onemap.standards import template

    with tempfile.TemporaryDirectory(prefix="ziyuan-template-") as folder:
        path = Path(folder) / "template.gpkg"
        template.write(model, path, epsg=epsg)
        return MadeFile(path.read_bytes(), f"{model.title}导入模板.gpkg", _GPKG)


def _workbook(model: Model, epsg: int) -> MadeFile:
    from ziyuan.onemap.standards import workbook

    return MadeFile(workbook.workbook(model), f"{model.title}导入模板.xlsx", _XLSX)


def _vct(model: Model, epsg: int) -> MadeFile:
    from ziyuan.onemap.standards import vct_head

    made = vct_head.empty_file(model, epsg=epsg, made=kernel.today())
    return MadeFile(made.text.encode("gb18030"), f"{model.title}.vct", "text/plain; charset=gb18030")


def _schema(model: Model, epsg: int) -> MadeFile:
    made = _json({"components": {"schemas": schema.components(model)}})
    return MadeFile(made, f"{model.name}.schema.json", "application/schema+json")


def _styles(model: Model, epsg: int) -> MadeFile:
    drawn = {f"{model.name}/{e.name}": styles.style_of(model, e) for e in model.entities.values() if e.geometry.kind != "none"}
    return MadeFile(_json(drawn), f"{model.name}.styles.json", "application/json")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


_MAKERS = {
    "handbook": _handbook, "template": _template, "workbook": _workbook, "vct": _vct, "schema": _schema, "styles": _styles,
}  # fmt: skip
