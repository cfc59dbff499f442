"""Who gets a task: the role and level of its node, in the regions of the case."""

from typing import Any

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import Runtime

_WIDTH = {"province": 2, "city": 4, "county": 6}


def region_at(level: str, county: str) -> str:
    """The region of `level` that contains the principal county of a case."""
    return county[: _WIDTH[level]].ljust(6, "0")


def seats(runtime: Runtime, ready: list[Any], state: dict[str, Any], taken: int) -> list[dict[str, Any]]:
    """Task records for positions that the engine has just entered.

    One holder of the role in the region gets the task; among several it waits in their pool (签收); with nobody it
    waits too and `nobody` says so: it never passes by itself.
    """
    made = []
    for number, position in enumerate(ready, start=taken + 1):
        node = runtime.graph.nodes[position.node]
        region = region_at(runtime.graph.level_of(position.node, state["vars"]), state["case"]["county"])
        holders = kernel.people(role=node.role, region=region)
        only = holders[0] if len(holders) == 1 else None
        made.append(
            {
                "number": number,
                "token": position.token,
                "node": position.node,
                "title": node.name,
                "role": node.role,
                "region": region,
                "holder": only.pk if only else None,
                "holder_name": only.name if only else "",
                "state": "open",
                "nobody": not holders,
                "resume_at": position.resume_at,
            }
        )
    return made


def open_tasks(state: dict[str, Any]) -> list[dict[str, Any]]:
    """Tasks somebody still has to finish."""
    return [t for t in state["tasks"].values() if t["state"] in ("open", "waiting")]


def is_mine(task: dict[str, Any], by: kernel.Actor) -> bool:
    """True when the actor holds the task, or it waits in a pool he belongs to."""
    if task["holder"] is not None:
        return task["holder"] == by.person
    return task["role"] in by.roles and task["region"] == by.region
