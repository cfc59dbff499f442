"""The one guard: may this actor do this, there? And the database session behind it.

Two layers stand behind each other: the guard decides (role × region), and row security of PostgreSQL shows the
connection only rows of the actor's region. `acting` opens both at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import yaml
from django.db import connections, transaction
from psycopg.pq import TransactionStatus

from ziyuan.kernel.errors import NotAllowed, UnknownAction
from ziyuan.kernel.identity.actor import Actor
from ziyuan.kernel.identity.regions import contains, region_range

_PERMISSIONS = Path(__file__).with_name("permissions.yaml")
_stack: ContextVar[tuple[Actor, ...]] = ContextVar("acting", default=())


@cache
def permissions() -> dict[str, frozenset[str]]:
    """Action → roles, as declared."""
    text = _PERMISSIONS.read_text(encoding="utf-8")
    return {action: frozenset(roles) for action, roles in yaml.safe_load(text).items()}


@contextmanager
def acting(actor: Actor, using: str = "default") -> Iterator[Actor]:
    """One transaction in which the database shows the rows of the actor's region and no others.

    Nests freely; an inner actor's region holds inside only. Outside of it protected tables show no row at all.
    """
    inner = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        before = _stack.get()
        _set_region(actor, using)
        token = _stack.set((*before, actor))
        try:
            yield actor
        finally:
            _stack.reset(token)
            if inner:  # else the settings end with the transaction, now
                _restore(before, using)


def present() -> Actor | None:
    """Who acts in the present transaction; None outside of one."""
    stack = _stack.get()
    return stack[-1] if stack else None


def _set_region(actor: Actor, using: str) -> None:
    lo, hi = region_range(actor.region)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.lo', %s, true), set_config('app.hi', %s, true), set_config('app.person', %s, true)",
            [lo, hi, str(actor.person or "")],
        )


def _restore(before: tuple[Actor, ...], using: str) -> None:
    connection = connections[using]
    if not connection.in_atomic_block or connection.needs_rollback or connection.connection is None:
        return
    if connection.connection.info.transaction_status == TransactionStatus.INERROR:
        return  # the failed statement must be what the caller hears of
    if before:
        _set_region(before[-1], using)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.lo', '', true), set_config('app.hi', '', true)")


def may(actor: Actor, action: str, region: str | None = None) -> bool:
    """True when one of the actor's roles allows `action` and `region` lies in his own."""
    allowed = permissions().get(action)
    if allowed is None:
        raise UnknownAction(action)
    if actor.is_system:
        return True
    if not allowed & actor.roles:
        return False
    return region is None or contains(actor.region, region)


def require(actor: Actor, action: str, region: str | None = None) -> None:
    """Raise NotAllowed unless `may`."""
    if not may(actor, action, region):
        raise NotAllowed(action, region or "")


def permitted(actor: Actor) -> list[str]:
    """All actions the actor's roles allow, for the screens that show or hide."""
    return sorted(a for a, roles in permissions().items() if roles & actor.roles)
