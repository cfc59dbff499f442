"""Reading one file in a child: the layers that come back, believed only as far as they were checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ziyuan.base.sandbox.errors import AnswerMalformed
from ziyuan.base.sandbox.limits import Limits
from ziyuan.base.sandbox.run import exchange, json_of, skip_all_but

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_COLUMNS = 1024
_LONGEST_CRS = 40_000


@dataclass(frozen=True)
class RawLayer:
    """One layer as the file has it: text columns bytes or strings, `geometry` WKB (or absent).

    `declared`: what the file says of its fields, name → (type, width, decimals); `encoding` is None where the
    parent has to judge bytes; `notes` are sentences about what was passed over.
    """

    name: str
    table: "pa.Table"
    crs: str | None
    geometry_type: str | None
    declared: Mapping[str, tuple[str, int | None, int | None]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    encoding: str | None = None


@dataclass(frozen=True)
class Reading:
    layers: dict[str, RawLayer]
    unread: tuple[str, ...]
    walls: dict[str, bool] = field(default_factory=dict)


def read_vector(
    path: Path, driver: str, *, layers: Sequence[str] | None = None, limits: Limits | None = None, shown: str = ""
) -> Reading:
    """Read one vector file with the one named GDAL driver, in a child of its own.

    `layers` None reads all; others are only named (`unread`). For a Shapefile the bytes of its
    text columns arrive as ISO-8859-1 characters, so that the parent can decode them itself.

    Raises LimitBroken, FileCrashed, FileUnreadable, AnswerMalformed.
    """
    request = {"driver": driver, "skip": skip_all_but(driver), "reader": "",
               "layers": None if layers is None else list(layers)}  # fmt: skip
    return _read(path, request, limits, shown)


def read_with(
    path: Path, reader: str, *, options: Mapping[str, Any] | None = None, limits: Limits | None = None, shown: str = ""
) -> Reading:
    """Read one file with a reader of ours, named `module:function`, in a child of its own.

    The function takes the path (text) and the options and yields `answer.ReadLayer`; a UserError it raises comes
    back as ReadingRefused with the same code and words.
    """
    return _read(path, {"driver": "", "skip": "", "reader": reader, "options": dict(options or {})}, limits, shown)


def _read(path: Path, request: dict[str, Any], limits: Limits | None, shown: str) -> Reading:
    name = shown or path.name
    asked = request | {"do": "read", "file": str(path.resolve()), "shown": name}
    found: dict[str, RawLayer] = {}
    unread: list[str] = []
    standing: dict[str, bool] = {}
    frames = exchange(asked, limits or Limits())
    for kind, body in frames:
        if kind == b"W":
            standing = json_of(name, body)
        elif kind == b"L":
            told = _described(name, body)
            if told["read"]:
                layer = _layer(name, told, frames)
                if layer.name in found:
                    raise AnswerMalformed(name, "图层重名")
                found[layer.name] = layer
            else:
                unread.append(told["name"])
        else:
            raise AnswerMalformed(name, "帧序错误")
    return Reading(found, tuple(unread), standing)


def _described(name: str, body: bytes) -> dict[str, Any]:
    told = json_of(name, body)
    right = isinstance(told.get("name"), str) and isinstance(told.get("read"), bool)
    if right and told["read"]:
        right = (
            isinstance(told.get("columns"), list)
            and isinstance(told.get("crs"), str | None)
            and isinstance(told.get("encoding"), str | None)
            and len(told.get("crs") or "") < _LONGEST_CRS
        )
    if not right:
        raise AnswerMalformed(name, "图层说明不全")
    return told


def _layer(name: str, told: dict[str, Any], frames: Iterator[tuple[bytes, bytes]]) -> RawLayer:
    import pyarrow as pa  # its threads would keep the child from entering a namespace of its own

    kind, body = next(frames, (b"", b""))
    if kind != b"S":
        raise AnswerMalformed(name, "缺少列说明")
    batches: list[pa.RecordBatch] = []
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(body))
        _check_schema(name, schema, told["columns"])
        for kind, body in frames:
            if kind != b"A":
                break
            batch = pa.ipc.read_record_batch(pa.py_buffer(body), schema)
            batch.validate(full=True)
            batches.append(batch)
    except pa.ArrowException as problem:
        raise AnswerMalformed(name, "Arrow 数据无效") from problem
    end = json_of(name, body) if kind == b"N" else {}
    table = pa.Table.from_batches(batches, schema)
    if table.num_rows != end.get("rows"):
        raise AnswerMalformed(name, "行数与说明不符")
    return RawLayer(told["name"], table, told.get("crs"), told.get("geometry_type"), _declared(told.get("declared")),
                    _notes(end.get("notes")), told.get("encoding"))  # fmt: skip


def _check_schema(name: str, schema: "pa.Schema", columns: list[str]) -> None:
    import pyarrow as pa

    if schema.names != columns:
        raise AnswerMalformed(name, "列名与说明不符")
    if len(columns) > _MOST_COLUMNS or len(set(columns)) != len(columns):
        raise AnswerMalformed(name, "列过多或重名")
    if any(pa.types.is_nested(kind) for kind in schema.types if not pa.types.is_list(kind)):
        raise AnswerMalformed(name, "列类型不在约定之内")
    if "geometry" in columns and not pa.types.is_binary(schema.field("geometry").type):
        raise AnswerMalformed(name, "图形列不是二进制")


def _declared(told: object) -> dict[str, tuple[str, int | None, int | None]]:
    if not isinstance(told, dict):
        return {}
    kept = {}
    for column, says in told.items():
        if isinstance(says, list) and len(says) == 3 and isinstance(says[0], str):
            width, decimals = (v if isinstance(v, int) else None for v in says[1:])
            kept[str(column)] = (says[0][:20], width, decimals)
    return kept


def _notes(told: object) -> tuple[str, ...]:
    listed = told if isinstance(told, list) else []
    return tuple("".join(c for c in str(note)[:300] if c.isprintable()) for note in listed)
