"""Other eyes (他人决定): nobody decides what he, or his organ, asked for."""

from collections.abc import Collection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings.errors import LevelAbove, OwnRequest

_TITLES = {"city": "市级", "province": "省级"}


def demand_level(by: kernel.Actor, no: str, levels: Collection[str]) -> None:
    """A named person of one of the levels. Raises LevelAbove."""
    if by.is_system or kernel.region(by.region).level not in levels:
        titles = "或".join(title for level, title in _TITLES.items() if level in levels)
        raise LevelAbove(no, titles if len(levels) == 1 else f"上级({titles})")


def demand_other_eyes(by: kernel.Actor, no: str, person: int, unit: str) -> None:
    """Neither the one, nor anybody of the organ, that asked. Raises OwnRequest."""
    if own(by, person, unit):
        raise OwnRequest(no)


def own(by: kernel.Actor, person: int, unit: str) -> bool:
    """Did the actor or his organ ask?"""
    return by.person == person or bool(unit and by.organ == unit)
