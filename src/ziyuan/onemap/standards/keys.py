"""Keys of features: composed codes taken apart and made, serials that go on from the highest, composite keys as text.

A composed code (编码) has named parts (`patterns`). Its serial counts within what stands before it: the county and layer of a
BSM. A new feature takes the next serial after the highest ever used, so that no key comes back for another thing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ziyuan.onemap.standards.errors import KeyNotComposed, SerialsUsedUp
from ziyuan.onemap.standards.model import Entity, Pattern

SEPARATOR = "|"


def parted(pattern: Pattern, code: str) -> dict[str, str]:
    """The parts of a code by name; KeyNotComposed for a code of another length. A name that stands twice keeps its last."""
    if len(code) != pattern.length:
        raise KeyNotComposed(pattern.name, code, pattern.length)
    parts, at = {}, 0
    for name, size in pattern.parts:
        parts[name] = code[at : at + size]
        at += size
    return parts


def head_of(pattern: Pattern, given: Mapping[str, str]) -> str:
    """The part of a code before its serial, from named values: `{"county": "340123", "layer": "2001"}`."""
    head = ""
    for name, size in pattern.parts:
        if name == "serial":
            return head
        value = "0" * size if name == "zeros" else given.get(name, "")
        if len(value) != size:
            raise KeyNotComposed(pattern.name, f"{head}{value}", len(head) + size)
        head += value
    raise KeyNotComposed(pattern.name, head, pattern.length)


def next_codes(pattern: Pattern, used: Iterable[str], count: int, given: Mapping[str, str]) -> list[str]:
    """`count` new codes with the head of `given`, counted on from the highest serial among `used`.

    `used` holds every code ever given in the scope (`unique_in`), deleted features included; codes of another head or
    without a number do not count. Raises SerialsUsedUp when the digits do not suffice.
    """
    head = head_of(pattern, given)
    size = next(length for name, length in pattern.parts if name == "serial")
    tail = len(head) + size
    serials = (code[len(head) : tail] for code in used if code.startswith(head) and len(code) == pattern.length)
    first = max((int(serial) for serial in serials if serial.isascii() and serial.isdigit()), default=0) + 1
    if first + count - 1 >= 10**size:
        raise SerialsUsedUp(pattern.name, head, size)
    return [f"{head}{number:0{size}d}{_rest(pattern, given)}" for number in range(first, first + count)]


def _rest(pattern: Pattern, given: Mapping[str, str]) -> str:
    """What stands behind the serial."""
    names = [name for name, _ in pattern.parts]
    behind = pattern.parts[names.index("serial") + 1 :]
    return "".join("0" * size if name == "zeros" else given.get(name, "").rjust(size, "0") for name, size in behind)


def key_of(entity: Entity, row: Mapping[str, Any]) -> str | None:
    """The key of a row as one text; the parts of a composite key are joined by `|`. None while a part is empty."""
    return joined([row.get(name) for name in entity.key_fields])


def joined(parts: Sequence[Any]) -> str | None:
    """Parts as one text. A `|` or `\\` inside a part is escaped, so that different parts never give the same text."""
    if not parts or any(part is None or str(part).strip() == "" for part in parts):
        return None
    texts = [str(part).strip() for part in parts]
    if len(texts) == 1:
        return texts[0]
    return SEPARATOR.join(text.replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}") for text in texts)
