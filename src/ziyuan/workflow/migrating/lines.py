"""What a matter says of cases on its earlier versions (`migrate` of matter.yaml). Pure.

    migrate:
      - from: any                       # or the first digits of the version's digest
        nodes: {county_decide: county_sign}
        finish_by_old: [hearing]        # a case that is there now ends on its own version
"""

from dataclasses import dataclass, field
from typing import Any

KEYS = frozenset({"from", "nodes", "finish_by_old"})


@dataclass(frozen=True)
class Line:
    """The nodes that have another id now, and those where a case stays on its version."""

    nodes: dict[str, str] = field(default_factory=dict)
    finish_by_old: frozenset[str] = frozenset()


def lines(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of a matter; one line may stand without a list."""
    found = told.get("migrate") or []
    return [found] if isinstance(found, dict) else list(found)


def line_for(told: dict[str, Any], version: str) -> Line:
    """The first line that names the version, else the first for any, else an empty one."""
    named = [one for one in lines(told) if str(one.get("from", "any")) != "any" and version.startswith(str(one["from"]))]
    general = [one for one in lines(told) if str(one.get("from", "any")) == "any"]
    for one in (*named, *general):
        return Line(dict(one.get("nodes") or {}), frozenset(one.get("finish_by_old") or ()))
    return Line()
