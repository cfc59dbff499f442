"""How good a submission (申报) was: counted from the corrections its events tell of, by a dated formula. Pure."""

from collections import Counter
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ziyuan.base import feel
from ziyuan.base.parameters import Parameter, load

NAMES = {"field": "字段", "paper": "材料", "vertex": "界址点"}
_PARAMETER = "quality.submission_score"


@cache
def formula() -> Parameter:
    """The formula over time: a FEEL text for each day in force."""
    return load(Path(__file__).with_name("data"))[_PARAMETER]


def rounds(state: dict[str, Any]) -> list[dict[str, Any]]:
    """Every list of what was to be mended, the one still unanswered last."""
    return [*state["corrections"], *([state["correction"]] if state["correction"] else [])]


def counts(state: dict[str, Any]) -> dict[str, int]:
    """Items that were to be mended, by kind."""
    found = Counter(item["kind"] for told in rounds(state) for item in told["items"])
    return {kind: found[kind] for kind in NAMES}


def score(state: dict[str, Any]) -> int:
    """Points of 100 by the formula of the day the submission came in, rounded half up."""
    day = datetime.fromisoformat(state["case"]["opened"]).date()
    return _points(formula().on(day), len(rounds(state)), tuple(counts(state).items()))


@lru_cache(maxsize=1024)
def _points(text: str, asked: int, told: tuple[tuple[str, int], ...]) -> int:
    """Every act tells the applicant his points, and most submissions were never sent back."""
    names = {"补正次数": Decimal(asked), **{NAMES[kind]: Decimal(n) for kind, n in told}}
    return int(Decimal(feel.evaluate(text, names)).quantize(Decimal(1), ROUND_HALF_UP))


def settled(state: dict[str, Any]) -> bool:
    """Accepted or closed: what came before counts for the first pass."""
    return bool(state["case"]["accepted"] or state["case"]["closed"])


def quality(state: dict[str, Any]) -> dict[str, Any]:
    """What officer and applicant see: points, corrections by kind, and all that was to be mended."""
    asked = rounds(state)
    day = datetime.fromisoformat(state["case"]["opened"]).date()
    items = [
        {"round": n, "title": item["title"], "text": item["text"], "kind": NAMES[item["kind"]]}
        for n, told in enumerate(asked, start=1)
        for item in told["items"]
    ]
    return {
        "score": score(state),
        "rounds": len(asked),
        "first_pass": settled(state) and not asked,
        "final": bool(state["case"]["closed"]),
        "counts": [{"kind": kind, "title": NAMES[kind], "count": n} for kind, n in counts(state).items()],
        "items": items,
        "formula": formula().on(day),
        "definition": formula().applies_to,
    }
