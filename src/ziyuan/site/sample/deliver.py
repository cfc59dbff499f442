"""Deliver a package as a county does and accept it as the province does, through the node's own door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ziyuan.site.sample.client import Answer, Client, wait
from ziyuan.site.sample.errors import DeliveryFailed

CHECK_SECONDS = 600.0
WORKING = {"open", "uploading", "received", "reading", "checking"}
Tell = Callable[[str], None]


def register(reviewer: Client, control_areas: Path) -> int:
    """Register control areas; how many rows."""
    return int(reviewer.upload("/api/control-areas", control_areas)["registered"])


def deliver(officer: Client, package: Path, county: str, period: str, command: str = "") -> Answer:
    """Hand in a package; the delivery as it then stands."""
    fields = {"county": county, "period": period} | ({"command": command} if command else {})
    answer: Answer = officer.upload("/api/deliveries", package, **fields)
    return answer


def checked(client: Client, delivery: int, tell: Tell = lambda line: None) -> Answer:
    """Wait until the check of a delivery is over."""
    shown = ""

    def ask() -> Answer:
        nonlocal shown
        answer: Answer = client.get(f"/api/deliveries/{delivery}")
        step = (answer.get("progress") or {}).get("step") or answer["state_title"]
        if step != shown:
            shown = step
            tell(f"{answer['county_name']} {answer['period']}:{step}")
        return answer

    return wait(ask, lambda answer: answer["state"] not in WORKING, CHECK_SECONDS, 0.4)


def accept(reviewer: Client, delivery: int, command: str = "") -> Answer:
    """Accept a delivery: it is sealed and on the map when this returns."""
    body = {"opinion": "数据完整、质检通过,同意验收入库。", "command": command or f"accept-{delivery}"}
    answer: Answer = reviewer.post(f"/api/deliveries/{delivery}/actions/accept", body)
    return answer


def known(client: Client, county: str, period: str) -> Answer | None:
    """The last delivery of a county and period that still counts."""
    items: list[dict[str, Any]] = client.get("/api/deliveries", county=county, period=period)["items"]
    return next((d for d in items if d["state"] not in ("returned", "withdrawn")), None)


def bring_in(
    officer: Client, reviewer: Client, package: Path, county: str, period: str, tell: Tell
) -> Answer:
    """Deliver, wait, accept; goes on where an earlier try was interrupted. Raises DeliveryFailed."""
    before = known(reviewer, county, period)
    if before is None:
        before = deliver(officer, package, county, period)
    found = checked(reviewer, before["id"], tell)
    if found["state"] == "review":
        found = accept(reviewer, found["id"])
    if found["state"] not in ("sealed", "accepted"):
        told = "; ".join(f"{line['title']} {line['count']}" for line in (found.get("summary") or [])[:5])
        raise DeliveryFailed(found["no"], found["state_title"], told or "没有更多说明")
    tell(f"{found['county_name']} {period}:已入库")
    return found
