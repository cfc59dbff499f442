"""The child process: one file, one driver, behind walls; answers in frames on its standard output.

Frames: one letter, eight bytes of length, body. `W` which walls stand, `L` a layer's description
(JSON), `A` its rows (Arrow IPC stream), `E` an error (JSON), `.` the end. Text columns travel as
bytes: decoding and judging them is the parent's work.
"""

import json
import os
import struct
import sys
from typing import Any, BinaryIO

from ziyuan.base.sandbox import walls

_GDAL_ENVIRONMENT = {"GDAL_DRIVER_PATH": "disable", "OGR_SQLITE_PRAGMA": "temp_store=2",
                     "CPL_TMPDIR": "/nonexistent", "GDAL_PAM_ENABLED": "NO"}
_OPEN_OPTIONS: dict[str, dict[str, str]] = {
    "GPKG": {"LIST_ALL_TABLES": "NO", "IMMUTABLE": "YES"},
    "GeoJSON": {},
    "ESRI Shapefile": {"AUTO_REPACK": "NO"},
}


def _send(out: BinaryIO, kind: bytes, body: bytes = b"") -> None:
    out.write(kind + struct.pack("<Q", len(body)))
    out.write(body)
    out.flush()


def _send_json(out: BinaryIO, kind: bytes, value: object) -> None:
    _send(out, kind, json.dumps(value, ensure_ascii=False).encode())


def _build_walls(request: dict[str, Any]) -> dict[str, bool]:
    walls.die_with_parent()
    walls.limit(request["memory_mb"], request["cpu_s"], request["open_files"])
    return {"namespace": walls.leave_network()}


def _import_reader(driver: str, skip: str) -> Any:
    """GDAL with every other driver left out; pyproj and shapely are not needed here (faster start)."""
    os.environ.update(_GDAL_ENVIRONMENT)
    os.environ["GDAL_SKIP"] = skip
    for unneeded in ("pyproj", "shapely", "geopandas", "pandas"):
        sys.modules[unneeded] = None  # type: ignore[assignment]
    import sqlite3  # noqa: F401  (loaded before the file wall stands)

    import pyarrow.ipc  # noqa: F401
    import pyogrio

    left = set(pyogrio.list_drivers())
    if driver and left != {driver}:
        raise RuntimeError(f"drivers left: {sorted(left)}")
    return pyogrio


def _real_tables(path: str) -> list[str]:
    """Layer tables of a GeoPackage: registered features that are tables. Views are never run."""
    import sqlite3

    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    base = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True)
    try:
        rows = base.execute(
            "SELECT c.table_name, m.type FROM gpkg_contents c"
            " LEFT JOIN sqlite_master m ON m.name = c.table_name"
            " WHERE c.data_type IN ('features', 'attributes') ORDER BY c.rowid"
        ).fetchall()
    finally:
        base.close()
    views = [name for name, kind in rows if kind != "table"]
    if views:
        raise ValueError(f"图层“{views[0]}”不是数据表")
    return [name for name, _kind in rows]


def _layer_names(pyogrio: Any, path: str, driver: str) -> list[str]:
    if driver == "GPKG":
        return _real_tables(path)
    return [str(row[0]) for row in pyogrio.list_layers(path)]


def _bytes_for_text(table: Any) -> Any:
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            as_bytes = table.column(at).cast(pa.binary())
            table = table.set_column(at, pa.field(field.name, pa.binary()), as_bytes)
    return table


def _read(pyogrio: Any, request: dict[str, Any], out: BinaryIO) -> None:
    import pyarrow as pa

    path, driver = request["file"], request["driver"]
    wanted = request["layers"]
    for name in _layer_names(pyogrio, path, driver):
        if wanted is not None and name not in wanted:
            _send_json(out, b"L", {"name": name, "read": False})
            continue
        encoding = "ISO-8859-1" if driver == "ESRI Shapefile" else None
        meta, table = pyogrio.read_arrow(path, layer=name, encoding=encoding, **_OPEN_OPTIONS[driver])
        geometry = meta.get("geometry_name") or "wkb_geometry"
        if geometry in table.column_names:
            table = table.rename_columns(["geometry" if c == geometry else c for c in table.column_names])
        table = _bytes_for_text(table).replace_schema_metadata(None)
        _send_json(out, b"L", {"name": name, "read": True, "rows": table.num_rows, "crs": meta.get("crs"),
                               "geometry_type": meta.get("geometry_type"), "columns": table.column_names})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        _send(out, b"A", sink.getvalue())


def _probe(request: dict[str, Any]) -> dict[str, bool]:
    """What a hostile reader would try; True means the wall held."""
    import socket

    held = {}
    try:
        socket.create_connection(("127.0.0.1", request["port"]), timeout=2).close()
        held["network"] = False
    except OSError:
        held["network"] = True
    try:
        with open(request["outside"], "rb"):
            held["files"] = False
    except OSError:
        held["files"] = True
    try:
        with open(os.path.join(os.path.dirname(request["file"]), "written"), "wb") as attempt:
            attempt.write(b"x")
        held["writing"] = False
    except OSError:
        held["writing"] = True
    return held


def _answer(request: dict[str, Any], out: BinaryIO) -> None:
    standing = _build_walls(request)
    pyogrio = _import_reader(request["driver"], request["skip"])
    if request["do"] == "drivers":
        _send_json(out, b"W", {"drivers": sorted(pyogrio.list_drivers())})
        return
    seen = [os.path.dirname(request["file"]), sys.prefix, *filter(None, sys.path)]
    standing["files"] = walls.see_only(seen)
    standing["calls"] = walls.refuse_calls()
    _send_json(out, b"W", standing)
    if request["do"] == "probe":
        _send_json(out, b"W", _probe(request))
    else:
        _read(pyogrio, request, out)


def main() -> None:
    """Serve one request from standard input and end."""
    out = sys.stdout.buffer
    request = json.loads(sys.stdin.buffer.readline())
    try:
        _answer(request, out)
        _send(out, b".")
    except MemoryError:
        _send_json(out, b"E", {"kind": "memory", "why": ""})
    except Exception as problem:
        _send_json(out, b"E", {"kind": type(problem).__name__, "why": str(problem)[:500]})
