"""The one guard: may this actor do this, there? And the database session behind it.

Two layers stand behind each other: the guard decides (role × region), and row security of PostgreSQL shows the
connection only rows of the actor's region. `acting` opens both at once.
"""

from collections.abc import Iterator, Sequence
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
from ziyuan.kernel.statements import Rows, Statement, prepared, turn

_PERMISSIONS = Path(__file__).with_name("permissions.yaml")
_stack: ContextVar[tuple[Actor, ...]] = ContextVar("acting", default=())
_began: ContextVar[bool] = ContextVar("began", default=False)


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
    with _session(actor, using, ()):
        yield actor


@contextmanager
def acting_on(actor: Actor, first: Sequence[Statement]) -> Iterator[list[Rows]]:
    """`acting`, with the first statements of an act in the turn that opens the session; gives the rows of each."""
    with _session(actor, "default", first) as told:
        yield told


@contextmanager
def _session(actor: Actor, using: str, first: Sequence[Statement]) -> Iterator[list[Rows]]:
    inner = connections[using].in_atomic_block
    setting = _region(actor, using)
    with transaction.atomic(using=using):
        before = _stack.get()
        _, *told = turn([setting, *first], using)
        tokens = _stack.set((*before, actor)), _began.set(not inner and using == "default")
        try:
            yield told
        finally:
            _stack.reset(tokens[0])
            _began.reset(tokens[1])
            if inner:  # else the settings end with the transaction, now
                _restore(before, using)


def last_turn(statements: Sequence[Statement]) -> None:
    """The last statements of an act, and where its session began the transaction the COMMIT with them, in one turn.

    Nothing may be asked of the database in the session afterwards.
    """
    turn([*statements, ("COMMIT", [])] if _began.get() else statements)


def present() -> Actor | None:
    """Who acts in the present transaction; None outside of one."""
    stack = _stack.get()
    return stack[-1] if stack else None


_REGION = "SELECT set_config('app.lo', $1, true), set_config('app.hi', $2, true), set_config('app.person', $3, true)"


def _region(actor: Actor, using: str) -> Statement:
    lo, hi = region_range(actor.region)
    return f"{prepared('session_region', _REGION, using)}(%s, %s, %s)", [lo, hi, str(actor.person or "")]


def _restore(before: tuple[Actor, ...], using: str) -> None:
    connection = connections[using]
    if not connection.in_atomic_block or connection.needs_rollback or connection.connection is None:
        return
    if connection.connection.info.transaction_status == TransactionStatus.INERROR:
        return  # the failed statement must be what the caller hears of
    if before:
        turn([_region(before[-1], using)], using)
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
