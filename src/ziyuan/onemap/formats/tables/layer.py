"""A table of text and typed cells as a layer: header judged, coordinates taken out of their columns."""

from typing import Any

import pyarrow as pa

from ziyuan.base.sandbox.answer import ReadLayer
from ziyuan.onemap.formats.tables import columns as coordinate
from ziyuan.onemap.formats.tables.errors import HeaderWrong


def headed(where: str, names: list[str]) -> list[str]:
    """The header's names, trimmed. Raises HeaderWrong for empty or repeated ones."""
    trimmed = [name.strip() for name in names]
    if not any(trimmed):
        raise HeaderWrong(where, "是空的")
    for at, name in enumerate(trimmed):
        if not name:
            raise HeaderWrong(where, f"第 {at + 1} 列没有名称")
        if name in trimmed[:at]:
            raise HeaderWrong(where, f"“{name}”出现两次")
    return trimmed


def layer(name: str, where: str, table: pa.Table, options: dict[str, Any], *, encoding: str, notes: list[str],
          first_row: int = 2) -> ReadLayer:  # fmt: skip
    """The layer of one table. Options: `xy`, the submitter's own answer about the coordinate columns."""
    asked = options.get("xy") or []
    found = coordinate.named(where, table.column_names, asked) if asked else coordinate.recognised(where, table)
    kind = None
    if found is not None:
        wkb = coordinate.shapes(where, table, found, first_row)
        notes.append(_said(found))
        if "geometry" in table.column_names and "geometry" not in found.used:
            table = table.rename_columns(["geometry_" if n == "geometry" else n for n in table.column_names])
        table = table.drop_columns(sorted(found.used)).append_column(pa.field("geometry", pa.binary()), wkb)
        kind = "Unknown"
    return ReadLayer(name, table.schema, table.to_batches(max_chunksize=65_536), None, kind, {}, notes, encoding)


def _said(found: coordinate.Columns) -> str:
    if found.wkt:
        return f"图形取自列“{found.wkt}”(WKT)。"
    unit = "经纬度" if found.degrees else "平面坐标"
    return f"图形取自列“{found.east}”(东)、“{found.north}”(北),{unit}。"
