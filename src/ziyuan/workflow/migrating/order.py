"""The order of a migration: made from a dry run by one person, signed for by another with the node's SM2 key."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError

from ziyuan.base import canonical
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.lock import first_time
from ziyuan.workflow.cases.versions import keep, present
from ziyuan.workflow.errors import FormIncomplete, MigrationRefused
from ziyuan.workflow.forms.text import clean
from ziyuan.workflow.migrating.models import MigrationLine, MigrationOrder
from ziyuan.workflow.migrating.plan import looked

MAKE, SIGN = "migration.make", "migration.sign"
LONGEST = 500
CHUNK = 500
MADE, REPLACED, SIGNED, RUNNING, DONE = "made", "replaced", "signed", "running", "done"


def make_order(by: kernel.Actor, matter: str, reason: str, command: str = "") -> int:
    """Keep the present dry run as an order to be signed; returns its number. It replaces one that nobody has signed.

    Raises MigrationRefused where there is nothing to do, or a signed order of the matter is not yet carried out.
    """
    with kernel.acting(by):
        kernel.require(by, MAKE, kernel.node().region)
        told, rt = _text("reason", reason, "请写明为什么升级"), present(matter)
        standing = MigrationOrder.objects.filter(matter=matter)
        if not first_time(command and f"{MAKE}:{command}", "migration", 0):
            return standing.latest("pk").pk
        if standing.filter(state__in=(SIGNED, RUNNING)).exists():
            raise MigrationRefused("已签发的上一份升级单还没有办完")
        standing.filter(state=MADE).update(state=REPLACED)
        keep(rt)
        order = _made(by, matter, rt.version, told)
        lines = [MigrationLine(order=order, case=case, told=line) for case, line in looked(rt)]
        if not lines:
            raise MigrationRefused("没有旧版本的在办案件")
        MigrationLine.objects.bulk_create(lines, CHUNK)
        order.lines_digest = digest_of(order)
        order.save(update_fields=["lines_digest"])
        kernel.record(by, "migration.made", on=("migration", order.pk), after=signed_facts(order), reason=told)
        return int(order.pk)


def _made(by: kernel.Actor, matter: str, version: str, reason: str) -> MigrationOrder:
    """The row of a new order; of two made at once the second is refused."""
    facts = {"matter": matter, "version": version, "region": by.region, "reason": reason, "lines_digest": "", "state": MADE}
    try:
        return MigrationOrder.objects.create(**facts, made_by=by.person or 0, made_name=by.name, made=kernel.now())
    except IntegrityError as taken:
        raise MigrationRefused("另一人刚刚编制了本事项的升级单") from taken


def sign_order(by: kernel.Actor, number: int, opinion: str, command: str = "") -> None:
    """Another person signs for an order. Raises MigrationRefused with the reason why he may not, or not now."""
    with kernel.acting(by):
        kernel.require(by, SIGN, kernel.node().region)
        told, order = _text("opinion", opinion, "请写明意见"), locked_order(number)
        if not first_time(command and f"{SIGN}:{command}", "migration", order.pk):
            return
        if order.made_by == by.person:
            raise MigrationRefused("升级单由您编制,须由另一人签发")
        if order.state != MADE:
            raise MigrationRefused(f"这份升级单{STATES[order.state]}")
        if present(order.matter).version != order.version:
            raise MigrationRefused("事项又有了新版本,请重新试算")
        order.state, order.signed_by, order.signed_name = SIGNED, by.person, by.name
        order.signed, order.opinion, order.signer = kernel.now(), told, kernel.node().name
        order.signature = kernel.sign(signed_bytes(order))
        order.save()
        kernel.record(by, "migration.signed", on=("migration", order.pk), after=signed_facts(order), opinion=told)


STATES = {MADE: "等待签发", REPLACED: "已被新的替换", SIGNED: "已签发", RUNNING: "正在升级", DONE: "已办完"}


def _text(name: str, given: str, missing: str) -> str:
    told = clean(given)
    if not told or len(told) > LONGEST:
        raise FormIncomplete({name: f"不能超过 {LONGEST} 个字" if told else missing})
    return told


def locked_order(number: int) -> MigrationOrder:
    """The order row, locked until commit. Raises NotFound."""
    found = MigrationOrder.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise errors.NotFound("升级单", number)
    return found


def digest_of(order: MigrationOrder) -> str:
    """SM3 over every line of the order, in their order."""
    told = list(MigrationLine.objects.filter(order=order).order_by("pk").values_list("told", flat=True))
    return canonical.digest("migration-lines", {"lines": told}).hex()


def signed_facts(order: MigrationOrder) -> dict[str, Any]:
    """What the signature covers."""
    told = {"order": order.pk, "matter": order.matter, "version": order.version, "reason": order.reason}
    people = {"made_by": order.made_by, "signed_by": order.signed_by, "opinion": order.opinion}
    return {**told, **people, "lines": order.lines_digest}


def signed_bytes(order: MigrationOrder) -> bytes:
    """The signed facts in their one canonical form."""
    return canonical.encode("migration-order", signed_facts(order))


def holds(order: MigrationOrder) -> bool:
    """Whether the lines are those that were signed for, and the signature is the signer's."""
    if order.signature is None or digest_of(order) != order.lines_digest:
        return False
    return kernel.verify(signed_bytes(order), bytes(order.signature), order.signer)


@kernel.verifies("流程升级")
def verify_orders() -> Iterator[kernel.Break]:
    """Every order still says what was signed."""
    for order in MigrationOrder.objects.order_by("pk"):
        signed = order.state in (SIGNED, RUNNING, DONE)
        if (signed and not holds(order)) or digest_of(order) != order.lines_digest:
            yield kernel.Break("流程升级", f"{order.matter} 第 {order.pk} 号", "升级单与签发时不符")
