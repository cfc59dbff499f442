"""What the law says of the clock, dated: which stops (停表) it exempts, how long an extension is, when a lamp turns.

Each figure is one file of `data/`, with its source; what nobody has read is `unconfirmed`. A matter names the stops
it allows; with a `basis` of its own it cites the law that exempts one which the general law does not.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ziyuan.base.parameters import UNCONFIRMED, NotInForce, Parameter, Parameters, load

_EXEMPT = "clock.exempt."
CORRECTION = "补正"


@dataclass(frozen=True)
class Exemption:
    """Whether a stop takes its days out of the count, by what law (`basis`), and if not, `why`."""

    kind: str
    counts: bool
    basis: str
    why: str = ""


@cache
def figures() -> Parameters:
    """The dated figures of this release."""
    return load(Path(__file__).with_name("data"))


@cache
def kinds() -> dict[str, Parameter]:
    """Every type of stop by its name, with whether the general law exempts it."""
    return {p.title: p for name, p in sorted(figures().items()) if name.startswith(_EXEMPT)}


def allowed(told: dict[str, Any]) -> dict[str, str]:
    """The stops a matter's text allows, each with the law it cites for it ("" without one)."""
    stops = [s if isinstance(s, dict) else {"kind": s} for s in told.get("stops", [])]
    return {str(s["kind"]): str(s.get("basis", "")) for s in stops}


def exemption(told: dict[str, Any], kind: str, day: date) -> Exemption:
    """What a stop of a type does to the clock of a matter on a day."""
    mine = allowed(told)
    if kind not in mine:
        return Exemption(kind, False, "", "本事项没有规定这种停计时,只作记录")
    if mine[kind]:
        return Exemption(kind, True, mine[kind])
    general, basis = kinds()[kind], ""
    try:
        counts = bool(general.on(day))
        basis = general.source_on(day)
    except NotInForce:
        counts = False
    basis = "" if basis == UNCONFIRMED else basis
    return Exemption(kind, counts, basis, "" if counts else "法律没有规定扣除这段时间,只作记录")


def longest_extension(day: date) -> int:
    """Working days by which the head may extend a limit once, where the matter says nothing else."""
    return int(figures()["clock.extension_days"].on(day))


def yellow_share(day: date) -> int:
    """The lamp is yellow when at most one such part of the limit is left."""
    return int(figures()["clock.yellow_share"].on(day))
