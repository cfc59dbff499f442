"""Field names that a format can hold: shortened where they must be, never twice the same."""

import re
from collections.abc import Sequence

from ziyuan.onemap.formats.kinds import Carries

_RESERVED = {"geometry"}  # the name that every reader gives to the shapes


def mapped(names: Sequence[str], carries: Carries, encoding: str = "gb18030") -> dict[str, str]:
    """Old name → new name, in order."""
    made: dict[str, str] = {}
    used: set[str] = set(_RESERVED)
    for name in names:
        if _fits(name, carries, encoding) and name.casefold() not in used:
            new = name
        else:
            new = _free(_cleaned(name, carries), used, carries, encoding)
        used.add(new.casefold())
        made[name] = new
    return made


def _size(name: str, carries: Carries, encoding: str) -> int:
    return len(name.encode(encoding)) if carries.name_in_bytes else len(name)


def _fits(name: str, carries: Carries, encoding: str) -> bool:
    if carries.name_pattern and not re.fullmatch(carries.name_pattern, name):
        return False
    return carries.name is None or _size(name, carries, encoding) <= carries.name


def _cleaned(name: str, carries: Carries) -> str:
    if not carries.name_pattern or re.fullmatch(carries.name_pattern, name):
        return name
    cleaned = re.sub(r"\W", "_", name) or "F"
    return cleaned if re.fullmatch(carries.name_pattern, cleaned) else f"F_{cleaned}"


def _free(name: str, used: set[str], carries: Carries, encoding: str) -> str:
    """The longest beginning that fits; a number at its end where that is taken."""
    for number in range(10_000):
        tail = f"_{number}" if number else ""
        head = name
        while head and carries.name is not None and _size(head + tail, carries, encoding) > carries.name:
            head = head[:-1]
        if head and (head + tail).casefold() not in used:
            return head + tail
    raise ValueError("no free name")
