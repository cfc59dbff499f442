"""Code tables (代码表): codes, names, the tree, the suffix rule, validity by date."""

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from ziyuan.base.errors import nearest
from ziyuan.onemap.standards.errors import ModelUnreadable

COLUMNS = ("code", "name")


@dataclass(frozen=True)
class Code:
    """One row. `usable` is False for heads that gather codes but may not stand in a field."""

    code: str
    name: str
    parent: str = ""
    usable: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""
    confidence: str = "unconfirmed"
    extra: dict[str, str] = field(default_factory=dict, compare=False)

    def valid(self, on: date | None) -> bool:
        """True when the code stood in the table on that day (always, when no day is asked)."""
        if on is None:
            return True
        return (self.valid_from or date.min) <= on <= (self.valid_to or date.max)


@dataclass(frozen=True)
class CodeTable:
    """One code table of a standard.

    A tree is by the `parent` column, never by prefix: class 00 湿地 gathers codes of other heads.
    `suffixes` are letters that mark a kind of the base code (0201K 可调整果园 is a kind of 0201).
    """

    name: str
    title: str
    rows: tuple[Code, ...]
    suffixes: tuple[str, ...] = ()
    complete: bool = True
    source: str | None = None

    @cached_property
    def by_code(self) -> dict[str, Code]:
        """Rows by code."""
        return {row.code: row for row in self.rows}

    def usable(self, on: date | None = None) -> list[str]:
        """Codes that may stand in a field."""
        return [row.code for row in self.rows if row.usable and row.valid(on)]

    def has(self, code: str, on: date | None = None) -> bool:
        """True when `code` may stand in a field."""
        row = self.by_code.get(code)
        return row is not None and row.usable and row.valid(on)

    def title_of(self, code: str) -> str | None:
        """Name of a code, or None."""
        row = self.by_code.get(code)
        return row.name if row else None

    def base(self, code: str | None) -> str | None:
        """The code without its marking suffix: 0201K → 0201, 1104A → 1104, 09 → 09."""
        if code and code[-1:] in self.suffixes and code[:-1] in self.by_code:
            return code[:-1]
        return code

    def heads(self, code: str) -> list[str]:
        """The code itself and all above it, nearest first."""
        out: list[str] = []
        step: str | None = code
        while step and step in self.by_code and step not in out:
            out.append(step)
            step = self.by_code[step].parent
        return out

    def under(self, code: str | None, head: str) -> bool:
        """True when `code` is `head` or stands below it in the tree."""
        return bool(code) and head in self.heads(str(code))

    def top(self, code: str | None) -> str | None:
        """First-level head of a code, None for a code outside the table."""
        found = self.heads(code) if code else []
        return found[-1] if found else None

    def nearest(self, code: str, on: date | None = None) -> str | None:
        """The usable code most like a wrong one: what replaced it, else same head first, then same length."""
        usable = self.usable(on)
        row = self.by_code.get(code)
        if row is not None and row.replaced_by in usable:
            return row.replaced_by
        alike = max(usable, key=lambda c: (_same_head(c, code), len(c) == len(code)), default=None)
        return alike if alike and _same_head(alike, code) else nearest(code, usable)

    def fault(self, code: str, on: date | None = None) -> str:
        """Why `code` may not stand in a field on that day, with what to write instead where that is near."""
        row, near = self.by_code.get(code), self.nearest(code, on)
        if row is None:
            said = f"“{code}”不在{self.title}代码表中" + ("" if self.complete else "（该表未收全，请核对）")
        elif not row.usable:
            said = f"“{code}”{row.name}在{self.title}代码表中只作上级，不能填写"
        elif on is not None and row.valid_to is not None and on > row.valid_to:
            said = f"“{code}”{row.name}只用到 {row.valid_to.isoformat()}"
            return f"{said}，改用“{row.replaced_by}”。" if row.replaced_by else f"{said}。"
        else:
            said = f"“{code}”{row.name}到 {on} 尚未启用"
        return f"{said}，最接近的是“{near}”。" if near else f"{said}。"


def _same_head(one: str, other: str) -> int:
    """How many first characters are equal."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def read_codes(path: Path, name: str, *, title: str, suffixes: tuple[str, ...] = (),
               complete: bool = True, source: str | None = None) -> CodeTable:  # fmt: skip
    """The code table in a CSV file (UTF-8): columns code, name; the others as the model language says."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or [])]
            if missing:
                raise ModelUnreadable(f"{path.name}:1", f"代码表缺少列 {'、'.join(missing)}。")
            rows = tuple(_row(line, f"{path.name}:{number}") for number, line in enumerate(reader, 2))
    except OSError as error:
        raise ModelUnreadable(path.name, f"代码表 {name} 的文件读不到。") from error
    return _checked(CodeTable(name, title, rows, suffixes, complete, source), path.name)


def written_codes(name: str, rows: dict[str, str], confidence: str, *, title: str, suffixes: tuple[str, ...] = (),
                  complete: bool = True, source: str | None = None) -> CodeTable:  # fmt: skip
    """A code table written in the model itself: code → name."""
    made = tuple(Code(code, title_, confidence=confidence) for code, title_ in rows.items())
    return CodeTable(name, title, made, suffixes, complete, source)


def _row(line: dict[str, str], where: str) -> Code:
    code = (line.get("code") or "").strip()
    if not code or not (line.get("name") or "").strip():
        raise ModelUnreadable(where, "代码或名称是空的。")
    known = {"code", "name", "parent", "usable", "valid_from", "valid_to", "replaced_by", "confidence"}
    return Code(
        code=code,
        name=line["name"].strip(),
        parent=(line.get("parent") or "").strip(),
        usable=(line.get("usable") or "1").strip() != "0",
        valid_from=_day(line.get("valid_from"), where),
        valid_to=_day(line.get("valid_to"), where),
        replaced_by=(line.get("replaced_by") or "").strip(),
        confidence=(line.get("confidence") or "unconfirmed").strip(),
        extra={k: v for k, v in line.items() if k and k not in known and v},
    )


def _day(text: str | None, where: str) -> date | None:
    if not (text or "").strip():
        return None
    try:
        return date.fromisoformat(str(text).strip())
    except ValueError as error:
        raise ModelUnreadable(where, f"日期“{text}”应写成 2024-12-31 的样子。") from error


def _checked(table: CodeTable, file: str) -> CodeTable:
    seen: set[str] = set()
    for row in table.rows:
        if row.code in seen:
            raise ModelUnreadable(file, f"代码“{row.code}”出现两次。")
        seen.add(row.code)
    for row in table.rows:
        if row.parent and row.parent not in seen:
            raise ModelUnreadable(file, f"代码“{row.code}”的上级“{row.parent}”不在表中。")
    return table
