"""Files made from one model: handbook, templates, VCT head, schema, styles, SQL, fixtures of rules."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ziyuan.base.errors import reason_of
from ziyuan.onemap.standards import ddl, handbook, schema, styles
from ziyuan.onemap.standards.errors import EntityNotFound, NothingToMake, NotWritten
from ziyuan.onemap.standards.model import Entity, Model

Notes = list[str]
_TITLES = {
    "template": "导入模板", "xlsx": "导入模板", "vct": "空 VCT 文件", "schema": "接口定义", "styles": "样式", "ddl": "建表语句",
    "fixtures": "反例和正例",
}  # fmt: skip


def make(kind: str, path: Path, model: Model, chosen: list[Entity] | None, *, epsg: int, rule: str | None = None) -> Notes:
    """Write one file of `kind` (an option of `standards show`); notes for the person, if any.

    `chosen` are the layers asked for; None: the whole standard.
    """
    layers = [e for e in chosen or list(model.entities.values()) if not e.catalogue_only]
    if not layers and kind != "html":
        raise NothingToMake(model.name, _TITLES[kind])
    try:
        return _MAKERS[kind](path, model, layers, epsg, rule)
    except OSError as refused:
        raise NotWritten(str(path), reason_of(refused)) from refused


def _put(path: Path, content: str | bytes) -> Notes:
    """To the file, or to the screen for `-`."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        path.write_bytes(data)
    return []


def _json(path: Path, value: Any) -> Notes:
    return _put(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _html(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    return _put(path, handbook.html(model))


def _template(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    from ziyuan.onemap.standards import template

    with TemporaryDirectory() as folder:
        made = Path(folder) / "template.gpkg"
        template.write(model, made, epsg=epsg)
        return _put(path, made.read_bytes())


def _xlsx(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    from ziyuan.onemap.standards import workbook

    return _put(path, workbook.workbook(model))


def _vct(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    from ziyuan.onemap.standards import vct_head

    made = vct_head.empty_file(model, epsg=epsg, made=date.today())
    _put(path, made.text.encode("gb18030"))
    return [f"图层 {'、'.join(made.left_out)} 的要素代码待核，未写入 VCT 文件。"] if made.left_out else []


def _schema(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    if len(layers) == 1:
        return _json(path, schema.feature_schema(model, layers[0]))
    return _json(path, {"components": {"schemas": schema.components(model)}})


def _styles(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    drawn = [e for e in layers if e.geometry.kind != "none"]
    if path.suffix.lower() == ".sld" and len(drawn) == 1:
        return _put(path, styles.sld(model, drawn[0]))
    return _json(path, {f"{model.name}/{e.name}": styles.style_of(model, e) for e in drawn})


def _ddl(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    statements = [statement for e in layers for statement in ddl.create_table(model, e)]
    return _put(path, ";\n".join(statements) + ";\n")


def _fixtures(path: Path, model: Model, layers: list[Entity], epsg: int, rule: str | None) -> Notes:
    from ziyuan.onemap.quality.fixtures.files import write

    rules = [r for r in model.all_rules() if rule in (None, r.id)]
    if not rules:
        raise EntityNotFound(model.name, str(rule), [r.id for r in model.all_rules()])
    wanted = {e.name for e in layers}
    count = write(model, [r for r in rules if r.layer is None or r.layer in wanted], path)
    return [f"已写入 {count} 个文件：{path}"]


_MAKERS: dict[str, Callable[[Path, Model, list[Entity], int, str | None], Notes]] = {
    "html": _html, "template": _template, "xlsx": _xlsx, "vct": _vct, "schema": _schema, "styles": _styles,
    "ddl": _ddl, "fixtures": _fixtures,
}  # fmt: skip
