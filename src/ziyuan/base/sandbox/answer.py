"""What a reader inside the child gives back, and how it goes over the pipe.

Frames: one letter, eight bytes of length, body. `W` which walls stand, `L` a layer's description (JSON), `S` its
Arrow schema, `A` a batch of rows, `N` the layer's end (rows and notes, JSON), `E` an error (JSON), `.` the end.
"""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

from ziyuan.base.errors import UserError

LINE = "__line__"
"""Column (int64) by which a reader of a text tells the line of each row; the parent takes it off."""


@dataclass
class ReadLayer:
    """One layer as a reader hands it on.

    Text may be strings (already judged) or bytes (the parent decides the encoding). `geometry` is WKB. `crs` is
    `EPSG:n`, WKT or PROJJSON text. `declared`: what the file says of its fields, name → [type, width, decimals].
    `notes` are sentences for a person, complete once `batches` is used up.
    """

    name: str
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    crs: str | None = None
    geometry_type: str | None = None
    declared: dict[str, list[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    encoding: str | None = None


@dataclass(frozen=True)
class Unread:
    """A layer that was not asked for."""

    name: str


def send(out: BinaryIO, kind: bytes, body: bytes | pa.Buffer = b"") -> None:
    """Write one frame."""
    out.write(kind + struct.pack("<Q", len(body)))
    out.write(body)
    out.flush()


def send_json(out: BinaryIO, kind: bytes, value: object) -> None:
    """Write one frame of JSON."""
    send(out, kind, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def send_layer(out: BinaryIO, layer: ReadLayer | Unread) -> None:
    """Write a layer, batch by batch: the child holds one batch at a time."""
    if isinstance(layer, Unread):
        send_json(out, b"L", {"name": layer.name, "read": False})
        return
    send_json(out, b"L", {
        "name": layer.name, "read": True, "crs": layer.crs, "geometry_type": layer.geometry_type,
        "columns": layer.schema.names, "declared": layer.declared, "encoding": layer.encoding,
    })  # fmt: skip
    send(out, b"S", layer.schema.remove_metadata().serialize())
    rows = 0
    for batch in layer.batches:
        rows += batch.num_rows
        send(out, b"A", batch.serialize())
    send_json(out, b"N", {"rows": rows, "notes": layer.notes[:50]})


def send_error(out: BinaryIO, problem: Exception) -> None:
    """Write why the reading ended: an error made for persons keeps its words, any other its kind."""
    if isinstance(problem, MemoryError | pa.ArrowMemoryError):
        send_json(out, b"E", {"kind": "memory", "why": ""})
    elif isinstance(problem, UserError):
        facts = {k: v for k, v in problem.facts.items() if isinstance(v, str | int | float)}
        send_json(out, b"E", {"kind": "told", "name": type(problem).__name__, "code": problem.code,
                              "message": problem.message, "remedy": problem.remedy, "facts": facts})  # fmt: skip
    else:
        send_json(out, b"E", {"kind": type(problem).__name__, "why": str(problem)[:500]})
