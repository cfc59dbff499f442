"""Send what waits in the outbox (外发): each message once, again after a failure, and after the last try into the list of
dead letters, from which the office of informatization sends it anew."""

import logging
from datetime import timedelta
from typing import Any

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.errors import WrongState
from ziyuan.workflow.reach.models import OutgoingMessage
from ziyuan.workflow.reach.ports import Message, ports

BATCH = 200
MOST_TRIES = 8
CLOCK = "外发"
STATES = {"waiting": "等待发送", "sent": "已发送", "dead": "未能送出"}
_log = logging.getLogger("ziyuan.workflow")


def send_due(by: kernel.Actor) -> int:
    """One turn: how many messages were sent. Two turns at once never take the same message."""
    sent, seen = 0, 0
    while seen < 50 * BATCH:
        with kernel.acting(by):
            due = OutgoingMessage.objects.filter(state="waiting", next_try__lte=kernel.now()).order_by("next_try", "pk")
            rows = list(due.select_for_update(skip_locked=True)[:BATCH])
            names = {p.pk: p for p in kernel.Person.objects.filter(pk__in={row.person for row in rows})}
            for row in rows:
                sent += _send(row, names.get(row.person))
            fields = ["state", "tries", "next_try", "error", "receipt", "sent"]
            OutgoingMessage.objects.bulk_update(rows, fields)
        if not rows:
            break
        seen += len(rows)
    return sent


def _send(row: OutgoingMessage, person: kernel.Person | None) -> bool:
    row.tries += 1
    try:
        port = ports()[row.port]
        if person is None or not person.active:
            raise LookupError("收件人已停用")
        told = Message(f"{row.port}-{row.pk}", person.pk, person.user, person.name, row.text)
        row.receipt, row.error, row.state, row.sent = port.send(told)[:200], "", "sent", kernel.now()
        return True
    except Exception as problem:  # whatever a gateway raises is a failed try, and the others go on
        row.error = (str(problem) or type(problem).__name__)[:300]
        row.state = "dead" if row.tries >= MOST_TRIES else "waiting"
        row.next_try = kernel.now() + timedelta(minutes=2 ** (row.tries - 1))
        _log.warning("外发 %s-%s 第 %d 次未送出:%s", row.port, row.pk, row.tries, row.error)
        return False


def outgoing_page(by: kernel.Actor, *, state: str = "", after: str | None = None, limit: int = 50) -> dict[str, Any]:
    """The outbox for whoever runs the node, the latest first; `state="dead"` lists what could not be sent."""
    kernel.require(by, "node.read")
    with kernel.acting(kernel.system_actor(CLOCK)):
        found = OutgoingMessage.objects.order_by("-pk")
        if state:
            found = found.filter(state=state)
        if after:
            found = found.filter(pk__lt=min(int(after[:19]), 2**63 - 1) if after.isdecimal() and after.isascii() else 0)
        rows = list(found[: limit + 1])
        names = dict(kernel.Person.objects.filter(pk__in={row.person for row in rows}).values_list("pk", "name"))
    items = [_shown(row, names) for row in rows[:limit]]
    return {"items": items, "next": str(rows[limit - 1].pk) if len(rows) > limit else None}


def _shown(row: OutgoingMessage, names: dict[int, str]) -> dict[str, Any]:
    port = ports().get(row.port)
    return {
        "id": row.pk,
        "port": row.port,
        "port_title": port.title if port else row.port,
        "to": names.get(row.person, ""),
        "text": row.text,
        "state": row.state,
        "state_title": STATES[row.state],
        "tries": row.tries,
        "error": row.error,
        "at": row.at.isoformat(),
        "sent": row.sent.isoformat() if row.sent else None,
    }


def send_again(by: kernel.Actor, message: int) -> None:
    """A dead letter waits again, with all its tries. Raises NotFound, WrongState."""
    kernel.require(by, "outgoing.retry")
    with kernel.acting(kernel.system_actor(CLOCK)):
        row = OutgoingMessage.objects.select_for_update().filter(pk=message).first()
        if row is None:
            raise errors.NotFound("外发消息", message)
        if row.state != "dead":
            raise WrongState("外发消息", STATES[row.state])
        row.state, row.tries, row.next_try = "waiting", 0, kernel.now()
        row.save(update_fields=["state", "tries", "next_try"])
        kernel.record(by, "outgoing.retried", on=("outgoing", row.pk), port=row.port)


@kernel.every("workflow.send_outgoing", "* * * * *")
def send_each_minute() -> None:
    """Every minute: whatever waits."""
    send_due(kernel.system_actor(CLOCK))
