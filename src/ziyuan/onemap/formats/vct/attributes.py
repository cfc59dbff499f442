"""The attribute section: one table after the other, rows as Arrow columns of trimmed text, then typed."""

import io
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from ziyuan.onemap.formats.vct.errors import NotANumber, ValuesWrong
from ziyuan.onemap.formats.vct.head import Column, Head, Table
from ziyuan.onemap.formats.vct.lines import Lines, mark_of

_PIECE = 200_000
_ID = "\x00id"


@dataclass
class Rows:
    """Rows of one table: `ids` of their objects (None for a table without shapes), typed columns, notes."""

    table: Table
    ids: pa.ChunkedArray | None
    columns: dict[str, pa.ChunkedArray]
    notes: list[str] = field(default_factory=list)
    first: int = 0
    """Number of the first row's line, blank ones not counted."""


def read_attributes(lines: Lines, head: Head, tables: dict[str, Table]) -> dict[str, Rows]:
    """All rows by table name in upper case. A `TableEnd` may be missing: the next name begins the next table."""
    found: dict[str, Rows] = {}
    while not lines.at_mark():
        line = lines.next()
        name = line.decode(head.encoding, "replace").strip()
        table = tables.get(name.upper())
        if table is None:
            raise lines.misplaced("已定义的属性表名", line)
        found[name.upper()] = _Reader(lines, head, table, frozenset(tables)).read()
    return found


def no_rows(lines: Lines, head: Head, table: Table) -> Rows:
    """A table of which the file holds nothing: its typed columns without rows."""
    reader = _Reader(lines, head, table, frozenset())
    return reader.typed(reader.parsed([]))


class _Reader:
    def __init__(self, lines: Lines, head: Head, table: Table, names: frozenset[str]) -> None:
        self.lines, self.head, self.table, self.names = lines, head, table, names
        self.separator = head.separator.encode(head.encoding)
        self.begin = self.first = lines.number + 1
        self.with_id: bool | None = None if table.shapeless else True

    def read(self) -> Rows:
        pieces: list[pa.Table] = []
        waiting: list[bytes] = []
        while not self._at_end():
            waiting.append(self.lines.next())
            if len(waiting) >= _PIECE:
                pieces.append(self.parsed(waiting))
                waiting = []
        pieces.append(self.parsed(waiting))
        return self.typed(pa.concat_tables(pieces))

    def _at_end(self) -> bool:
        line = self.lines.peek()
        if not line or line.lower() == b"tableend":
            self.lines.next()
            return True
        if self.separator in line:
            return False
        return mark_of(line) is not None or line.decode(self.head.encoding, "replace").upper() in self.names

    def parsed(self, rows: list[bytes]) -> pa.Table:
        """Rows as text columns. Split after decoding: the second byte of a character may look like a separator."""
        names = [column.name for column in self.table.columns]
        if self.with_id is None and rows:
            self.with_id = rows[0].count(self.separator) == len(names)
        names = [_ID, *names] if self.with_id else names
        schema = pa.schema([(name, pa.string()) for name in names])
        if not rows or not names:
            return schema.empty_table()
        text, separator = self._unicode(rows)
        try:
            table = csv.read_csv(
                io.BytesIO(text),
                csv.ReadOptions(column_names=names, use_threads=False, block_size=1 << 25),
                csv.ParseOptions(delimiter=separator, quote_char=False, ignore_empty_lines=False),
                csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
            )
        except pa.ArrowInvalid:
            raise self._bad_row(rows, len(names)) from None
        self.first += len(rows)
        return table

    def _unicode(self, rows: list[bytes]) -> tuple[bytes, str]:
        text = b"\n".join(rows).decode(self.head.encoding) + "\n"
        separator = self.head.separator
        if ord(separator) > 127:
            text, separator = text.replace(separator, "\x1f"), "\x1f"
        return text.encode(), separator

    def _bad_row(self, rows: list[bytes], wanted: int) -> ValuesWrong:
        separator = self.head.separator
        counts = [len(row.decode(self.head.encoding).split(separator)) for row in rows]
        at = next((i for i, count in enumerate(counts) if count != wanted), 0)
        return ValuesWrong(self.lines.physical(self.first + at), self.table.name, wanted, counts[at])

    def typed(self, table: pa.Table) -> Rows:
        rows = Rows(self.table, None, {}, first=self.begin)
        for column in self.table.columns:
            if column.kind == "Varbin":
                rows.notes.append(f"属性表 {self.table.name} 的二进制字段 {column.name} 未读入。")
                continue
            rows.columns[column.name] = self._typed_column(table.column(column.name), column)
        if self.with_id:
            rows.ids = self._whole_numbers(table.column(_ID))
        return rows

    def _typed_column(self, raw: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
        text = pc.utf8_trim_whitespace(raw)
        text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
        target = {"Int": pa.int64(), "Float": pa.float64()}.get(column.kind)
        if target is not None:
            try:
                return pc.cast(text, target)
            except pa.ArrowInvalid:
                raise self._bad_number(text, target, column.name) from None
        return _dates(text) if column.kind == "Date" else text

    def _whole_numbers(self, text: pa.ChunkedArray) -> pa.ChunkedArray:
        try:
            return pc.cast(pc.utf8_trim_whitespace(text), pa.int64())
        except pa.ArrowInvalid:
            raise self._bad_number(text, pa.int64(), "对象标识码") from None

    def _bad_number(self, text: pa.ChunkedArray, target: pa.DataType, name: str) -> NotANumber:
        values = text.to_pylist()
        at = next((i for i, value in enumerate(values) if value is not None and not _fits(value, target)), 0)
        return NotANumber(self.lines.physical(self.begin + at), f"{self.table.name} 的 {name} ", values[at] or "")


def _fits(value: str, target: pa.DataType) -> bool:
    try:
        pa.array([value]).cast(target)
    except pa.ArrowInvalid:
        return False
    return True


def _dates(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates YYYYMMDD; a column with any other value stays text and is judged by the rules."""
    plain = pc.replace_substring_regex(text, r"^(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})$", r"\1-\2-\3")
    try:
        return pc.cast(plain, pa.date32())  # refuses 30 February
    except pa.ArrowInvalid:
        return text
