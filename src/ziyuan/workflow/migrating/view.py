"""Orders as the screen 流程升级 shows them."""

from typing import Any

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.migrating.models import MigrationLine, MigrationOrder
from ziyuan.workflow.migrating.order import MADE, MAKE, RUNNING, SIGN, SIGNED, STATES
from ziyuan.workflow.migrating.plan import READ, SHOWN, as_csv, shown
from ziyuan.workflow.migrating.run import MOVED, OVER, REFUSED, RUN, STAYED, outcomes

OUTCOMES = {"": "待办理", MOVED: "已升级", STAYED: "按旧版本办完", REFUSED: "未升级", OVER: "已办结"}


def migration_orders(by: kernel.Actor, matter: str = "") -> list[dict[str, Any]]:
    """The latest orders, newest first."""
    with kernel.acting(by):
        kernel.require(by, READ)
        found = MigrationOrder.objects.filter(matter=matter) if matter else MigrationOrder.objects.all()
        return [_head(by, order) for order in found.order_by("-pk")[:50]]


def migration_order(by: kernel.Actor, number: int, outcome: str = "", after: int = 0) -> dict[str, Any]:
    """One order with its counts and a page of its lines; `outcome` names those wanted (`waiting` for those to come)."""
    with kernel.acting(by):
        kernel.require(by, READ)
        order = _found(number)
        lines = MigrationLine.objects.filter(order=order, pk__gt=after).select_related("case").order_by("pk")
        if outcome:
            lines = lines.filter(outcome="" if outcome == "waiting" else outcome)
        page = list(lines[: SHOWN + 1])
        items = [_line(line) for line in page[:SHOWN]]
        following = page[SHOWN - 1].pk if len(page) > SHOWN else None
        return {**_head(by, order), "items": items, "next": following}


def migration_order_csv(by: kernel.Actor, number: int) -> bytes:
    """All lines of an order with what came of them."""
    with kernel.acting(by):
        kernel.require(by, READ)
        lines = MigrationLine.objects.filter(order=_found(number)).select_related("case").order_by("pk")
        rows = (_line(line) for line in lines.iterator(SHOWN))
        named = ({**row, "结果": row["outcome_title"], "结果说明": row["outcome_reason"]} for row in rows)
        return as_csv(named, ("结果", "结果说明"))


def _found(number: int) -> MigrationOrder:
    found = MigrationOrder.objects.filter(pk=number).first()
    if found is None:
        raise errors.NotFound("升级单", number)
    return found


def _line(line: MigrationLine) -> dict[str, Any]:
    told = {"outcome": line.outcome, "outcome_title": OUTCOMES[line.outcome], "outcome_reason": line.reason}
    return {**shown(line.case, line.told), **told, "at": line.at.isoformat() if line.at else None}


def _head(by: kernel.Actor, order: MigrationOrder) -> dict[str, Any]:
    counts = outcomes(order.pk)
    titles = {m.key: m.title for m in kernel.matters()}
    return {
        "id": order.pk,
        "matter": order.matter,
        "title": titles.get(order.matter, order.matter),
        "version": order.version,
        "state": order.state,
        "state_title": STATES[order.state],
        "reason": order.reason,
        "made_name": order.made_name,
        "made": order.made.isoformat(),
        "signed_name": order.signed_name,
        "signed": order.signed.isoformat() if order.signed else None,
        "opinion": order.opinion,
        "lines_digest": order.lines_digest,
        "outcomes": counts,
        "total": sum(counts.values()),
        "acts": _acts(by, order),
    }


def _acts(by: kernel.Actor, order: MigrationOrder) -> list[dict[str, Any]]:
    """What this person may do with the order, greyed out with the reason."""
    own = order.state == MADE and order.made_by == by.person
    signing = "升级单由您编制,须由另一人签发" if own else "" if order.state == MADE else STATES[order.state]
    running = "" if order.state in (SIGNED, RUNNING) else STATES[order.state]
    told = [(SIGN, "签发", signing), (RUN, "开始升级", running)]
    return [
        {"id": word, "title": title, "enabled": not reason, "reason": reason}
        for word, title, reason in told
        if kernel.may(by, word)
    ]


__all__ = ["MAKE", "migration_order", "migration_order_csv", "migration_orders"]
