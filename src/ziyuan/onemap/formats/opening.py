"""Opening any file: put into a folder of its own, read behind walls, text decoded. Deliveries, checks and conversions
all come through here, so that the same file is the same layers everywhere."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ziyuan.base import sandbox
from ziyuan.base.sandbox import Limits, RawLayer, Unpacked
from ziyuan.base.sandbox.answer import LINE
from ziyuan.onemap.formats import encoding, kinds
from ziyuan.onemap.formats.errors import KindNotTaken
from ziyuan.onemap.formats.kinds import Format
from ziyuan.onemap.formats.line_numbers import lines_of_features
from ziyuan.onemap.formats.members import Sorted, VectorFile, files_beside, sort_members

_KML_OWN = ("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon",
            "snippet", "Name", "description")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the submitter says about a file where the guards would ask: encoding, coordinate columns."""

    encoding: str | None = None
    xy: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """One layer: its table with decoded text and WKB `geometry` (or none), and what was said and doubted on the way.

    `lines`: line of each row in a text file, from 1.
    """

    name: str
    table: pa.Table
    crs: str | None
    geometry_type: str | None
    format: Format
    text: encoding.Text
    raw: RawLayer
    file: str
    lines: pa.Array | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what was passed over."""
        return self.raw.notes


def sorted_files(path: Path, held: Path, name: str = "", *,
                 tables: Callable[[Unpacked], bool] | None = None) -> Sorted:  # fmt: skip
    """The data sets of a file, a geodatabase folder or an archive, standing in `held` with nothing beside them.

    `tables` says which workbooks and texts of an archive are data; None: all of them, if the archive holds no map.

    Raises KindNotTaken, and what unpacking raises.
    """
    shown = name or path.name
    if path.is_dir():
        return sort_members(_placed(path, held), tables=tables)
    head = kinds.head_of(path)
    suffix = Path(shown).suffix.lower()
    if suffix in kinds.ARCHIVES or (head[:4] == b"PK\x03\x04" and suffix not in kinds.XLSX.extensions):
        members = sandbox.unpack(path, held / "in", name=shown)
        groups = sort_members(members, tables=tables or (lambda _member: False))
        return groups if tables or groups.vectors or groups.faults else sort_members(members)  # tables where nothing else is
    if suffix in kinds.GDB.extensions:
        raise KindNotTaken(shown, "文件地理数据库是一个文件夹:请把整个 .gdb 文件夹压缩为 ZIP 后提交。")
    kinds.format_of(path, shown)
    result = sort_members(_placed(path, held, shown))
    if not result.vectors and not result.faults:
        raise KindNotTaken(shown)
    return result


def _placed(path: Path, held: Path, shown: str = "") -> list[Unpacked]:
    """The files in a folder that holds nothing else, by link where the disk allows it."""
    folder = held / "in"
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        target = folder / path.name
        target.mkdir()
        return [_put(p, target / p.name, f"{path.name}/{p.name}") for p in sorted(path.iterdir()) if p.is_file()]
    stem = Path(shown).stem if shown else path.stem
    named = {p: Path(shown).name if p == path and shown else stem + p.name[len(path.stem):] for p in files_beside(path)}
    return [_put(p, folder / name, name) for p, name in named.items()]


def _put(path: Path, place: Path, name: str) -> Unpacked:
    try:
        os.link(path.resolve(), place)
    except OSError:
        shutil.copyfile(path, place)
    return Unpacked(name, place, path.stat().st_size, "")


def layers(vector: VectorFile, asked: Asked, *, wanted: Sequence[str] | None = None,
           limits: Limits | None = None) -> Iterator[Opened]:  # fmt: skip
    """The layers of one data set. `wanted` None takes all. Raises what the sandbox raises."""
    kind = vector.format
    if kind.driver:
        reading = sandbox.read_vector(vector.member.path, kind.driver, layers=wanted, limits=limits, shown=vector.member.name)
    else:
        options: dict[str, Any] = {"encoding": asked.encoding, "xy": list(asked.xy), "name": vector.stem}
        reading = sandbox.read_with(vector.member.path, kind.reader, options=options, limits=limits, shown=vector.member.name)
    for raw in reading.layers.values():
        if wanted is None or raw.name in wanted:
            yield opened(vector, raw, asked.encoding)


def opened(vector: VectorFile, raw: RawLayer, chosen: str | None) -> Opened:
    """A raw layer with its text decoded and the format's own habits taken off."""
    raw, lines = _without_lines(vector, raw)
    text = _decoded(vector, raw, chosen)
    table = _tidied(_with_plain_binary(text.table), vector.format)
    name = vector.stem if vector.format in (kinds.SHP, kinds.DXF) else raw.name
    return Opened(name, table, raw.crs, raw.geometry_type, vector.format, text, raw, vector.member.name, lines)


def _without_lines(vector: VectorFile, raw: RawLayer) -> tuple[RawLayer, pa.Array | None]:
    """The layer without its column of lines, and these."""
    if LINE in raw.table.column_names:
        lines = raw.table.column(LINE).combine_chunks()
        return replace(raw, table=raw.table.drop_columns([LINE])), lines
    if vector.format is kinds.GEOJSON:
        return raw, lines_of_features(vector.member.path, len(raw.table))
    return raw, None


def _decoded(vector: VectorFile, raw: RawLayer, chosen: str | None) -> encoding.Text:
    if raw.encoding is not None:  # a reader of ours has judged it
        return encoding.Text(raw.table, raw.encoding, (), (), _samples(raw.table))
    if vector.format is not kinds.SHP:  # the other formats are UTF-8 by definition
        return encoding.decode_text(raw.table, vector.member.name, latin1=False, chosen="UTF-8")
    with open(vector.beside[".dbf"].path, "rb") as dbf:
        head = dbf.read(32)
    declared = encoding.declared_encoding(head, _cpg(vector))
    return encoding.decode_text(raw.table, vector.member.name, latin1=True, declared=declared, chosen=chosen)


def _cpg(vector: VectorFile) -> str | None:
    member = vector.beside.get(".cpg")
    if member is None:
        return None
    with open(member.path, "rb") as file:
        return file.read(64).decode("ascii", "replace").strip("\ufeff \r\n\0")


def _samples(table: pa.Table) -> tuple[str, ...]:
    """A few values that are not plain ASCII, the longest first."""
    found: set[str] = set()
    for field in table.schema:
        if pa.types.is_string(field.type) and len(found) < 200:
            seen = pc.unique(table.column(field.name).slice(0, 20_000)).to_pylist()
            found.update(value[:60] for value in seen if value and not value.isascii())
    return tuple(sorted(found, key=lambda value: (-len(value), value))[:5])


def _tidied(table: pa.Table, kind: Format) -> pa.Table:
    if kind is kinds.KML:
        own = [name for name in _KML_OWN if name in table.column_names and _says_nothing(table.column(name))]
        return table.drop_columns(own)
    if kind is kinds.GML and "gml_id" in table.column_names and _only_numbered(table.column("gml_id")):
        return table.drop_columns(["gml_id"])
    if kind is kinds.GDB and "geometry" in table.column_names:
        at = table.column_names.index("geometry")
        return table.set_column(at, "geometry", pa.array(_unwrapped(table.column("geometry").to_pylist()), pa.binary()))
    return table


def _only_numbered(column: pa.ChunkedArray) -> bool:
    """Ids like `DLTB.17`, which a writer gives by counting, say nothing of the feature."""
    counted = pc.match_substring_regex(column, r"^[^.]+\.\d+$")
    return bool(pc.all(pc.fill_null(counted, True)).as_py())


def _with_plain_binary(table: pa.Table) -> pa.Table:
    """Binary fields, which cross the pipe as large ones so that nobody takes them for text."""
    for at, field in enumerate(table.schema):
        if pa.types.is_large_binary(field.type):
            table = table.set_column(at, field.name, table.column(at).cast(pa.binary()))
    return table


def _says_nothing(column: pa.ChunkedArray) -> bool:
    if column.null_count == len(column):
        return True
    if pa.types.is_integer(column.type):
        return set(pc.unique(column).to_pylist()) <= {None, -1, 0}
    return False


def _unwrapped(values: list[bytes | None]) -> list[bytes | None]:
    """A geodatabase stores every line and polygon as of several parts: one part alone is written as what it is."""
    heads = {bytes([1, kind % 256, kind // 256, *high, 1, 0, 0, 0]) for kind in (5, 6, 1005, 1006)
             for high in ((0, 0),)} | {bytes([1, kind, 0, 0, 0x80, 1, 0, 0, 0]) for kind in (5, 6)}  # fmt: skip
    return [value[9:] if value is not None and value[:9] in heads else value for value in values]
