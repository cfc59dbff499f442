"""The tree a package must have (成果目录): name patterns, mandatory and optional members, which member holds what.

Written as text under `tree:` of a package layout. A pattern may hold `{county}` (行政区代码, six digits), `{county_name}`
(行政区名称), `{period}`, `{layer}`, `*` within a name and `**/` for any folders; case is ignored. Judging opens no
member beyond its first bytes; every deviation becomes a fault of the member.
"""

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ziyuan.base.errors import UserError
from ziyuan.base.sandbox import Unpacked
from ziyuan.onemap.formats.layer_table import County, Member
from ziyuan.onemap.formats.tree_errors import (
    DocumentBroken,
    LayerElsewhere,
    PictureCoarse,
    TreeMisnamed,
    TreeMissing,
    TreeSurplus,
    TreeTooMany,
)

KEYS = {"id", "title", "pattern", "kind", "required", "most", "dpi", "holds"}
KIND_TITLES = {"vector": "矢量数据", "document": " PDF 文档", "picture": " JPG 图件", "table": "表格", "report": "质检报告",
               "metadata": "元数据", "other": "其他文件"}
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",), ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",), ".xlsx": (b"PK\x03\x04",),
    ".docx": (b"PK\x03\x04",), ".xls": (b"\xd0\xcf\x11\xe0",), ".doc": (b"\xd0\xcf\x11\xe0",),
    ".mdb": (b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB"),
    ".xml": (b"<", b"\xef\xbb\xbf<"), ".ofd": (b"PK\x03\x04",),
}  # fmt: skip
_TOKENS = {"{county}": r"\d{6}", "{county_name}": r"[一-鿿]+", "{period}": r"\d{4}", "**/": r"(?:[^/]+/)*", "*": r"[^/]*"}
_HEAD = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One place of the tree. `most`: how many members may stand there; `holds`: layers that belong here only."""

    id: str
    title: str
    pattern: str
    kind: str
    required: bool = False
    most: int | None = None
    dpi: int | None = None
    holds: tuple[str, ...] = ()

    def expression(self, values: Mapping[str, str], layers: Sequence[str]) -> re.Pattern[str]:
        """The pattern with this delivery's county and period put in."""
        tokens = {**_TOKENS, **{f"{{{k}}}": re.escape(v) for k, v in values.items() if v}}
        tokens["{layer}"] = "(?:" + "|".join(re.escape(name) for name in layers) + ")"
        parts = re.split(r"(\{\w+\}|\*\*/|\*)", self.pattern)
        return re.compile("".join(tokens.get(part, re.escape(part)) for part in parts), re.IGNORECASE)

    def shown(self, values: Mapping[str, str]) -> str:
        """The pattern as a person reads it."""
        text = self.pattern
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value or f"{{{name}}}")
        return text


@dataclass
class _Judging:
    entries: tuple[Entry, ...]
    values: dict[str, str]
    met: dict[str, list[str]] = field(default_factory=dict)
    stray: list[Unpacked] = field(default_factory=list)


def entries_of(rows: Sequence[Mapping[str, object]] | None) -> tuple[Entry, ...]:
    """Entries from the text. Raises ValueError naming the key that is not known."""
    found = []
    for row in rows or ():
        surplus = set(row) - KEYS
        if surplus or row.get("kind") not in KIND_TITLES:
            raise ValueError(f"tree 中不认识的键或种类 {sorted(surplus) or row.get('kind')}")
        holds = row.get("holds") or ()
        found.append(Entry(**{**row, "holds": tuple(holds)}))  # type: ignore[arg-type]
    return tuple(found)


def values_of(county: County | None, period: str) -> dict[str, str]:
    """What the tokens of a pattern stand for in this delivery."""
    return {"county": county.code if county else "", "county_name": county.name if county else "", "period": period}


def judge(
    members: Sequence[Unpacked], entries: tuple[Entry, ...], layers: Sequence[str], values: dict[str, str],
    beside: Sequence[str] = (), rules: Mapping[str, str] | None = None,
) -> Iterator[tuple[UserError, str]]:
    """(fault, severity) of every deviation. `beside`: members that accompany a vector file, as `.dbf` does."""
    work, severity = _Judging(entries, values), {**_SEVERITIES, **(rules or {})}
    expressions = [(entry, entry.expression(values, layers)) for entry in entries]
    for member in members:
        entry = next((e for e, pattern in expressions if pattern.fullmatch(member.name)), None)
        if entry is None:
            work.stray += [member] if member.name not in beside else []
            continue
        work.met.setdefault(entry.id, []).append(member.name)
        yield from ((fault, severity[rule]) for rule, fault in _content(member, entry))
    named: set[str] = set()
    for member in work.stray:
        near = _near(member, work, named)
        if near is None:
            yield TreeSurplus(member.name), severity["surplus_member"]
            continue
        named.add(near.id)
        yield TreeMisnamed(member.name, near.title, near.shown(values)), severity["misnamed_member"]
    for entry in entries:
        found = work.met.get(entry.id, [])
        if entry.required and not found and entry.id not in named:
            yield TreeMissing(entry.title, entry.shown(values)), severity["missing_member"]
        if entry.most is not None and len(found) > entry.most:
            yield TreeTooMany(entry.title, found, entry.most), severity["surplus_member"]


_SEVERITIES = {"missing_member": "error", "misnamed_member": "warning", "surplus_member": "warning",
               "broken_document": "error", "coarse_picture": "error"}
RULES = frozenset(_SEVERITIES)


def judge_holds(members: Sequence[Member], entries: tuple[Entry, ...], layers: Sequence[str],
                values: dict[str, str]) -> Iterator[tuple[UserError, str]]:
    """(fault, severity) of every layer that lies in a member where another member was to hold it."""
    owners = {layer: entry for entry in entries for layer in entry.holds}
    for member in members:
        for layer in member.layers:
            entry = owners.get(layer)
            if entry is not None and not entry.expression(values, layers).fullmatch(member.name):
                yield LayerElsewhere(layer, member.name, entry.shown(values)), "error"


def _near(member: Unpacked, work: _Judging, named: set[str]) -> Entry | None:
    """The unmet entry this member was probably meant for: same ending, same folder or a required one."""
    suffix = PurePosixPath(member.name).suffix.casefold()
    for entry in work.entries:
        if entry.id in work.met or entry.id in named:
            continue
        if suffix and PurePosixPath(entry.pattern).suffix.casefold() == suffix and (entry.required or _beside(member, entry)):
            return entry
    return None


def _beside(member: Unpacked, entry: Entry) -> bool:
    folder = str(PurePosixPath(entry.pattern).parent)
    return folder != "." and folder.casefold() == str(PurePosixPath(member.name).parent).casefold()


def _content(member: Unpacked, entry: Entry) -> Iterator[tuple[str, UserError]]:
    if entry.kind == "vector":
        return  # its reader judges it
    head = _head(member.path)
    magic = _MAGIC.get(PurePosixPath(member.name).suffix.casefold())
    if magic is not None and not head.lstrip()[:64].startswith(magic) and not head.startswith(magic):
        yield "broken_document", DocumentBroken(member.name, KIND_TITLES[entry.kind])
    elif entry.dpi is not None and magic == (b"\xff\xd8\xff",):
        found = jpeg_dpi(head)
        if found is None or found < entry.dpi:
            yield "coarse_picture", PictureCoarse(member.name, found, entry.dpi)


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(_HEAD)


def jpeg_dpi(head: bytes) -> int | None:
    """Dots per inch that a JPEG states of itself (JFIF density, else the EXIF resolution); None where it states none."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF and head[at + 1] != 0xDA:
        (size,) = struct.unpack_from(">H", head, at + 2)
        body = head[at + 4 : at + 2 + size]
        if head[at + 1] == 0xE0 and body[:5] == b"JFIF\0" and len(body) >= 12:
            unit, across = body[7], struct.unpack_from(">H", body, 8)[0]
            if unit in (1, 2) and across:
                return across if unit == 1 else round(across * 2.54)
        if head[at + 1] == 0xE1 and body[:6] == b"Exif\0\0":
            return _exif_dpi(body[6:])
        at += 2 + size
    return None


def _exif_dpi(tiff: bytes) -> int | None:
    """XResolution (0x011A) and ResolutionUnit (0x0128) of the first directory of a TIFF head."""
    if tiff[:2] not in (b"II", b"MM"):
        return None
    end = "<" if tiff[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(f"{end}I", tiff, 4)
        (count,) = struct.unpack_from(f"{end}H", tiff, start)
        across, unit = 0.0, 2
        for at in range(start + 2, start + 2 + 12 * min(count, 200), 12):
            tag, _kind, _number = struct.unpack_from(f"{end}HHI", tiff, at)
            if tag == 0x011A:
                (where,) = struct.unpack_from(f"{end}I", tiff, at + 8)
                above, below = struct.unpack_from(f"{end}II", tiff, where)
                across = above / below if below else 0.0
            elif tag == 0x0128:
                (unit,) = struct.unpack_from(f"{end}H", tiff, at + 8)
    except struct.error:
        return None
    return round(across * (2.54 if unit == 3 else 1)) or None
