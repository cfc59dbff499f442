"""Encoding guard (编码判定): which encoding the text of a file is in, and where it is not.

Evidence: a `.cpg` beside the table, the language byte of the DBF head, and the bytes themselves.
The bytes decide: UTF-8 when all are strictly valid, else GB18030 (which holds GBK and GB2312).
A file that mixes both is named as such, with the first place.
"""

from dataclasses import dataclass

import pyarrow as pa

from ziyuan.onemap.formats.errors import (
    EncodingContradicted,
    EncodingMixed,
    EncodingUnknown,
    ValueUndecodable,
)

_LANGUAGE = {0x4D: "GB18030", 0x4E: "GB18030", 0x7A: "GB18030", 0x4F: "Big5", 0x78: "Big5"}
_CPG = {"utf-8": "UTF-8", "utf8": "UTF-8", "65001": "UTF-8", "gbk": "GB18030", "936": "GB18030",
        "cp936": "GB18030", "ansi 936": "GB18030", "gb2312": "GB18030", "gb18030": "GB18030",
        "54936": "GB18030", "big5": "Big5", "950": "Big5"}
_MOST_FAULTS = 20


@dataclass(frozen=True)
class Text:
    """Text columns decoded: the table, the encoding used, faults found (as errors), samples to show."""

    table: pa.Table
    encoding: str
    faults: tuple[EncodingMixed | ValueUndecodable, ...]
    doubts: tuple[EncodingContradicted, ...]
    samples: tuple[str, ...]


def canonical_name(encoding: str) -> str:
    """`GBK`, `cp936`, `936` … → `GB18030`. Raises EncodingUnknown."""
    known = _CPG.get(encoding.strip().casefold())
    if known is None:
        raise EncodingUnknown(encoding)
    return known


def declared_encoding(dbf_head: bytes, cpg: str | None) -> str | None:
    """Encoding that the file itself declares: `.cpg` first, then the language byte; None if neither."""
    if cpg is not None:
        known = _CPG.get(cpg.strip().casefold())
        if known:
            return known
    return _LANGUAGE.get(dbf_head[29]) if len(dbf_head) > 29 else None


def decode_text(
    table: pa.Table, file: str, *, latin1: bool, declared: str | None = None, chosen: str | None = None,
    first_row: int = 1,
) -> Text:
    """Decode every binary column but `geometry`.

    `latin1`: the bytes came as ISO-8859-1 characters in UTF-8 (how a Shapefile crosses the pipe).
    `chosen` is the submitter's own answer and outweighs the evidence; what it cannot decode is a fault.
    """
    columns = {name: _unique_values(table, name, latin1) for name in _text_columns(table)}
    every = {v for values, _codes in columns.values() for v in values if v and not v.isascii()}
    names = [_raw_name(name, latin1) for name in table.column_names]
    used = canonical_name(chosen) if chosen else _decide(every)
    doubts = []
    if not chosen and declared and every and declared != used:
        doubts.append(EncodingContradicted(file, declared, used, _sample(every, used)))
    faults: list[EncodingMixed | ValueUndecodable] = []
    mixed = set() if chosen else _foreign_utf8(every, used)
    for name, (values, codes) in columns.items():
        decoded, bad = _decode_values(values, used, mixed)
        faults += _located(file, _text_name(name, latin1, used), codes, bad, used, mixed, every, first_row)
        new = pa.DictionaryArray.from_arrays(codes, pa.array(decoded, pa.string())).dictionary_decode()
        table = table.set_column(table.column_names.index(name), name, new)
    table = table.rename_columns([_name(raw, used) for raw in names])
    return Text(table, used if every else "ASCII", tuple(faults[:_MOST_FAULTS]), tuple(doubts),
                _samples(every, used))


def _text_columns(table: pa.Table) -> list[str]:
    return [f.name for f in table.schema if pa.types.is_binary(f.type) and f.name != "geometry"]


def _unique_values(table: pa.Table, name: str, latin1: bool) -> tuple[list[bytes | None], pa.Array]:
    coded = table.column(name).combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    values = coded.dictionary.to_pylist()
    if latin1:
        values = [v.decode("utf-8", "replace").encode("latin-1", "replace") if v else v for v in values]
    return values, coded.indices


def _raw_name(name: str, latin1: bool) -> bytes:
    try:
        return name.encode("latin-1") if latin1 else name.encode()
    except UnicodeEncodeError:
        return name.encode()


def _name(raw: bytes, used: str) -> str:
    for encoding in (used, "utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode(used, "replace")


def _text_name(name: str, latin1: bool, used: str) -> str:
    return _name(_raw_name(name, latin1), used)


def _decide(every: set[bytes]) -> str:
    if all(_fits(value, "utf-8") for value in every):
        return "UTF-8"
    utf8 = {value for value in every if _fits(value, "utf-8")}
    plainly = sum(common_share(value.decode()) >= 0.5 for value in utf8)
    return "GB18030" if len(every - utf8) >= plainly else "UTF-8"


def _fits(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def common_share(text: str) -> float:
    """Share of characters of GB2312's first level (the 3,755 common ones) among the non-ASCII."""
    marked = [c for c in text if ord(c) > 127]
    common = 0
    for c in marked:
        code = c.encode("gb18030")
        common += len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1
    return common / max(len(marked), 1)


def _foreign_utf8(every: set[bytes], used: str) -> set[bytes]:
    """Values of a GB18030 file that are plainly UTF-8: common characters so, rare ones otherwise."""
    if used != "GB18030":
        return set()
    found = set()
    for value in every:
        if _fits(value, "utf-8") and common_share(value.decode()) >= 0.7:
            other = value.decode("gb18030", "replace")
            if "�" in other or common_share(other) < 0.6:
                found.add(value)
    return found


def _decode_values(
    values: list[bytes | None], used: str, foreign: set[bytes]
) -> tuple[list[str | None], dict[int, bytes]]:
    decoded: list[str | None] = []
    bad: dict[int, bytes] = {}
    for at, value in enumerate(values):
        if value is None:
            decoded.append(None)
            continue
        try:
            decoded.append(value.decode("utf-8" if value in foreign else used))
        except UnicodeDecodeError:
            bad[at] = value
            decoded.append(value.decode(used, "replace"))
            continue
        if value in foreign:
            bad[at] = value
    return decoded, bad


def _located(
    file: str, field: str, codes: pa.Array, bad: dict[int, bytes], used: str, foreign: set[bytes],
    every: set[bytes], first_row: int,
) -> list[EncodingMixed | ValueUndecodable]:
    """One fault per bad value, at its first row."""
    if not bad:
        return []
    places = codes.to_pylist()
    faults: list[EncodingMixed | ValueUndecodable] = []
    other = used == "UTF-8" and sum(_fits(v, "gb18030") and not _fits(v, "utf-8") for v in every)
    for at, value in sorted(bad.items()):
        row = places.index(at) + first_row
        if value in foreign:
            faults.append(EncodingMixed(file, field, row, len(foreign), len(every) - len(foreign)))
        elif 0 < other < len(every) and _fits(value, "gb18030") and common_share(value.decode("gb18030")) >= 0.5:
            faults.append(EncodingMixed(file, field, row, len(every) - other, other))
        else:
            unread = ValueUndecodable(file, field, row, value.decode(used, "replace")[:40], used)
            if other == len(every):
                unread.remedy = "全部内容都是 GBK 的写法:请改指定 GBK,或不指定编码。"
            faults.append(unread)
    return faults


def _sample(every: set[bytes], used: str) -> str:
    return next(iter(_samples(every, used)), "")


def _samples(every: set[bytes], used: str) -> tuple[str, ...]:
    """A few decoded values for the eye: the longest are the easiest to judge."""
    longest = sorted(every, key=lambda value: (-len(value), value))[:5]
    return tuple(value.decode(used, "replace")[:60] for value in longest)
