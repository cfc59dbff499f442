"""Bring the layer tables of a database to the state of the standards. Run by the owner; repeating is harmless."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from ziyuan.onemap.standards import ddl
from ziyuan.onemap.standards.errors import LayerChanged
from ziyuan.onemap.standards.library import LayerRef, all_models, layers, mapping_of
from ziyuan.onemap.standards.mapping import Mapping
from ziyuan.onemap.standards.views import select_all, view_name


def apply(cursor: Any, region_condition: str) -> int:
    """Make missing tables and columns, register every layer; the number of layers.

    `region_condition` is the kernel's SQL test of the column `county`, for the row policies.
    Raises LayerChanged when a field of the text no longer fits the column made from it.
    """
    guard = ddl.guard_function(region_condition)
    for statement in (ddl.REGISTRY, guard, ddl.GROW, ddl.ADD_PARTITION, ddl.CLOSED_TO_PUBLIC):
        cursor.execute(statement)
    known = layers()
    for ref in known:
        _apply_layer(cursor, ref)
    apply_views(cursor, [found for model in all_models() if (found := mapping_of(model)) is not None])
    return len(known)


def apply_views(cursor: Any, mappings: Sequence[Mapping]) -> int:
    """Make the views by which rows of old editions read under the new ones; how many were made anew.

    A view is made again only when its text has changed: its comment holds the text's digest.
    """
    chained = {one.new.layer_id(name) for one in mappings for name in one.entities}
    return sum(
        _apply_view(cursor, view_name(one.new, name), select_all(one, entity, chained))
        for one in _oldest_first(mappings)
        for name, entity in one.entities.items()
    )


def _oldest_first(mappings: Sequence[Mapping]) -> list[Mapping]:
    """A mapping after the one that its old edition itself comes by."""
    waiting = {one.new.name: one for one in mappings}
    ordered: list[Mapping] = []
    while waiting:
        ready = [one for one in waiting.values() if one.old.name not in waiting] or list(waiting.values())
        ordered += ready
        waiting = {name: one for name, one in waiting.items() if one not in ready}
    return ordered


def _apply_view(cursor: Any, name: str, text: str) -> bool:
    mark = sha256(text.encode()).hexdigest()
    cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [f"layers.{name}"])
    if cursor.fetchone()[0] == mark:
        return False
    cursor.execute(f"DROP VIEW IF EXISTS layers.{name} CASCADE")
    cursor.execute(f"CREATE VIEW layers.{name} WITH (security_invoker = true) AS\n{text}")
    cursor.execute(f"COMMENT ON VIEW layers.{name} IS '{mark}'")
    return True


def _apply_layer(cursor: Any, ref: LayerRef) -> None:
    table = ref.model.table_name(ref.entity.name)
    there = _columns(cursor, table)
    if not there:
        for statement in ddl.create_table(ref.model, ref.entity):
            cursor.execute(statement)
    else:
        _add_columns(cursor, ref, table, there)
    _register(cursor, ref, table)


def _columns(cursor: Any, table: str) -> dict[str, str]:
    cursor.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
        " WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped",
        [f"layers.{table}"],
    )
    return dict(cursor.fetchall())


def _add_columns(cursor: Any, ref: LayerRef, table: str, there: dict[str, str]) -> None:
    for name, kind in ddl.columns(ref.entity).items():
        if name not in there:
            cursor.execute(f'ALTER TABLE layers.{table} ADD COLUMN "{name}" {kind}')
        elif there[name] != kind:
            raise LayerChanged(ref.id, f"字段 {name} 在表中是 {there[name]}，定义为 {kind}")


def _register(cursor: Any, ref: LayerRef, table: str) -> None:
    entity = ref.entity
    cursor.execute(
        "INSERT INTO layers.layer_registry"
        " (layer, standard, entity, table_name, title, key_field, volume, written_by, fields)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (layer) DO UPDATE SET title = excluded.title, key_field = excluded.key_field,"
        " written_by = excluded.written_by, fields = excluded.fields, applied = now()"
        " WHERE layers.layer_registry.fields IS DISTINCT FROM excluded.fields"
        " OR layers.layer_registry.title <> excluded.title",
        [
            ref.id, ref.model.name, entity.name, table, entity.title, entity.key, entity.volume,
            entity.written_by, json.dumps([asdict(f) for f in entity.fields.values()], ensure_ascii=False),
        ],
    )  # fmt: skip
