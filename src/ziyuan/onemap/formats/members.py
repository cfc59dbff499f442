"""Which files of a package are vector data, and with which single reader each is read.

The reader is chosen by the declared kind (extension) and by the first bytes; both must agree.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ziyuan.base.errors import UserError
from ziyuan.base.sandbox import Unpacked
from ziyuan.onemap.formats import kinds
from ziyuan.onemap.formats.errors import KindNotTaken, ShapefileCut, ShapefileIncomplete
from ziyuan.onemap.formats.kinds import Format

_NEEDED, _BESIDE = (".shx", ".dbf"), (".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".shp.xml")
_OF_GML = (".xsd", ".gfs")
_REFUSED = (".mdb", ".accdb", ".dwg")


@dataclass(frozen=True)
class VectorFile:
    """One readable data set: its main member (of a geodatabase the folder) and the files beside it (`.dbf` → path)."""

    member: Unpacked
    format: Format
    beside: dict[str, Unpacked]

    @property
    def driver(self) -> str:
        """The word for the reader in receipts: GDAL's driver, or the format's own."""
        return self.format.driver or self.format.id

    @property
    def stem(self) -> str:
        """The file's name without extension: the layer's name in formats of one layer."""
        return Path(self.member.name).stem


@dataclass(frozen=True)
class Sorted:
    vectors: list[VectorFile]
    surplus: list[Unpacked]
    faults: list[tuple[Unpacked, UserError]]
    members: list[Unpacked]  # all of them, a geodatabase's files as one


def sort_members(members: Sequence[Unpacked], *, tables: Callable[[Unpacked], bool] | None = None) -> Sorted:
    """Sort the members into data sets, surplus files and faults; nothing is opened but the first bytes.

    `tables` says of a workbook, CSV or text file whether it is a data set or a paper of the package; None: all are.
    """
    result = Sorted([], [], [], [])
    taken: set[str] = set()
    for folder, inside in _geodatabases(members).items():
        taken |= {m.name for m in inside}
        whole = _as_one(folder, inside)
        result.members.append(whole)
        _sort_one(whole, kinds.GDB, {}, result)
    members = [m for m in members if m.name not in taken]
    result.members.extend(members)
    by_stem: dict[tuple[str, str], Unpacked] = {_stem(m): m for m in members}
    for member in members:
        kind = kinds.BY_EXTENSION.get(member.path.suffix.lower())
        if kind is None or member.name in taken:
            continue
        if tables is not None and (kind.table or kind is kinds.TXT) and not tables(member):
            continue
        beside = _beside_any(member, by_stem) if kind is kinds.SHP else _schema_of(member, members, kind)
        taken |= {member.name, *(m.name for m in beside.values())}
        _sort_one(member, kind, beside, result)
    for member in members:
        if tables is None and member.name not in taken and member.path.suffix.lower() in _REFUSED:
            taken.add(member.name)
            instead = kinds.advice(member.name, kinds.head_of(member.path))
            result.faults.append((member, KindNotTaken(member.name, instead)))
    result.surplus.extend(m for m in members if m.name not in taken)
    return result


def _sort_one(member: Unpacked, kind: Format, beside: dict[str, Unpacked], result: Sorted) -> None:
    try:
        kinds.check_magic(member.path, member.name, kind)
        missing = [e for e in _NEEDED if e not in beside] if kind is kinds.SHP else []
        if missing:
            raise ShapefileIncomplete(member.name, "、".join(missing))
        if kind is kinds.SHP:
            check_whole({".shp": member} | {ending: beside[ending] for ending in _NEEDED})
    except UserError as fault:
        result.faults.append((member, fault))
        return
    result.vectors.append(VectorFile(member, kind, beside))


def _geodatabases(members: Sequence[Unpacked]) -> dict[Path, list[Unpacked]]:
    """Folders `*.gdb` with their files."""
    found: dict[Path, list[Unpacked]] = {}
    for member in members:
        for folder in member.path.parents:
            if folder.suffix.lower() == ".gdb" and folder.is_dir():
                found.setdefault(folder, []).append(member)
                break
    return found


def _as_one(folder: Path, inside: list[Unpacked]) -> Unpacked:
    """A folder as one member; its digest is over the names and digests of its files."""
    first = PurePosixPath(inside[0].name)
    named = next((p for p in first.parents if p.suffix.lower() == ".gdb"), PurePosixPath(folder.name))
    digest = hashlib.new("sm3")
    for member in sorted(inside, key=lambda m: m.name):
        digest.update(f"{PurePosixPath(member.name).name}\0{member.sm3}\n".encode())
    return Unpacked(str(named), folder, sum(m.size for m in inside), digest.hexdigest())


def _stem(member: Unpacked) -> tuple[str, str]:
    """(folder and name without extension, extension), case ignored."""
    name = member.name.casefold()
    for extension in (*_BESIDE, *_NEEDED, *_OF_GML, *kinds.BY_EXTENSION):
        if name.endswith(extension):
            return name.removesuffix(extension), extension
    return name, ""


def _beside_any(member: Unpacked, by_stem: dict[tuple[str, str], Unpacked]) -> dict[str, Unpacked]:
    stem, _ = _stem(member)
    return {e: by_stem[stem, e] for e in (*_NEEDED, *_BESIDE) if (stem, e) in by_stem}


def _schema_of(member: Unpacked, members: Sequence[Unpacked], kind: Format) -> dict[str, Unpacked]:
    if kind is not kinds.GML:
        return {}
    stem = _stem(member)[0]
    return {e: m for m in members for e in _OF_GML if _stem(m) == (stem, e)}


def files_beside(path: Path) -> Iterator[Path]:
    """The files on disk that belong to a Shapefile or GML file, itself first."""
    yield path
    wanted = {".shp": (*_NEEDED, *_BESIDE), ".gml": _OF_GML}.get(path.suffix.lower(), ())
    if wanted:
        stem = path.stem.casefold()
        for other in sorted(path.parent.iterdir()):
            name = other.name.casefold()
            if other != path and other.is_file() and any(name == stem + extension for extension in wanted):
                yield other


def check_whole(files: dict[str, Unpacked]) -> None:
    """Compare the lengths that a Shapefile's heads state with those of the files. Raises ShapefileCut with the record."""
    counts = {}
    for ending in (".shp", ".shx"):
        head = _first_bytes(files[ending], 100)
        stated = 2 * struct.unpack(">I", head[24:28])[0] if len(head) == 100 else 100
        if files[ending].size < stated:
            raise ShapefileCut(files[ending].name, f"文件头写明 {stated} 字节,只有 {files[ending].size} 字节")
        counts[ending] = (stated - 100) // 8
    rows, start, width = _dbf(files[".dbf"])
    if files[".dbf"].size < start + rows * width:
        whole = max(0, (files[".dbf"].size - start) // max(width, 1))
        raise ShapefileCut(files[".dbf"].name, f"应有 {rows} 条记录,第 {whole + 1} 条起被截断")
    if rows != counts[".shx"]:
        raise ShapefileCut(files[".dbf"].name, f"属性有 {rows} 条记录,图形有 {counts['.shx']} 个")


def _dbf(member: Unpacked) -> tuple[int, int, int]:
    head = _first_bytes(member, 32)
    if len(head) < 32:
        raise ShapefileCut(member.name, "文件头不足 32 字节")
    return struct.unpack_from("<IHH", head, 4)


def _first_bytes(member: Unpacked, count: int) -> bytes:
    with open(member.path, "rb") as file:
        return file.read(count)
