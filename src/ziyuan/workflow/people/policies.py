"""Policies of people (策略), fixed by each matter: nobody found, the same person twice, avoidance, the holder leaves.

Nothing ever passes by itself: where nobody may take a task it waits, and an alarm goes up.
"""

from dataclasses import dataclass
from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.people.strategies import region_at


@dataclass(frozen=True)
class StandIn:
    """The post that takes a task for which nobody was found."""

    role: str
    region: str
    people: dict[int, kernel.Person]


def stand_in(policy: Any, state: dict[str, Any], avoided: set[int]) -> StandIn | None:
    """Who takes it by the policy `nobody_found`; None where the case stops, or where nobody is there either."""
    county = state["case"]["county"]
    if isinstance(policy, dict):
        region = region_at(policy["level"], county)
        found = _named(policy, region)
        role = policy.get("role", "")
    elif policy == "clerk":
        first = min(state["tasks"].values(), key=lambda t: t["number"], default=None)
        if first is None:
            return None
        role, region = first["role"], first["region"]
        found = kernel.people(role=role, region=region)
    else:
        return None
    people = {p.pk: p for p in found if p.pk not in avoided}
    return StandIn(role, region, people) if people else None


def _named(policy: dict[str, Any], region: str) -> list[kernel.Person]:
    if "role" in policy:
        return kernel.people(role=policy["role"], region=region)
    units = kernel.units_named(policy["unit"], region)
    return [p for unit in units for p in kernel.holders_of(unit, policy["title"])]


def declared(state: dict[str, Any]) -> set[int]:
    """Who declared himself to be avoided in this case."""
    return {int(key) for key in state.get("avoided", {})}
