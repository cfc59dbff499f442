"""Announce what happened; let others follow. Announcing is part of the act's own transaction."""

from collections.abc import Callable
from typing import Any

from ziyuan.kernel.audit.record import plain
from ziyuan.kernel.events.models import Event, Receipt
from ziyuan.kernel.jobs import queue
from ziyuan.kernel.nodes.node import now
from ziyuan.kernel.statements import Statement, json_text, prepared, turn

Listener = Callable[[Event], None]
_listeners: dict[str, dict[str, Listener]] = {}


def listens(*names: str) -> Callable[[Listener], Listener]:
    """Register a listener. It runs in the worker, in its own transaction, once for each event."""

    def add(function: Listener) -> Listener:
        for name in names:
            _listeners.setdefault(name, {})[f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return add


def announce(name: str, county: str = "", **facts: Any) -> Event:
    """Write an event and one job for each of its listeners, all in the present transaction."""
    event = Event(name=name, county=county, facts=plain(facts), at=now())
    event.pk = turn([_writing(event)])[0][0][0]
    for listener in _listeners.get(name, {}):
        queue.defer("kernel.deliver_event", event=event.pk, listener=listener)
    return event


def announced_beside(name: str, county: str = "", **facts: Any) -> list[Statement]:
    """The same, written by whoever writes other rows in one turn; nothing is left to write where somebody listens."""
    if _listeners.get(name):
        announce(name, county, **facts)
        return []
    return [_writing(Event(name=name, county=county, facts=plain(facts), at=now()))]


_WRITE = "INSERT INTO kernel_event (name, county, facts, at) VALUES ($1, $2, $3, $4) RETURNING id"


def _writing(event: Event) -> Statement:
    """Each act tells of itself: the shortest way to the row."""
    return f"{prepared('event_told', _WRITE)}(%s, %s, %s, %s)", [event.name, event.county, json_text(event.facts), event.at]


@queue.job("kernel.deliver_event")
def deliver_event(*, event: int, listener: str) -> None:
    """Hand one event to one listener; its receipt commits with its work, so a repeat does nothing."""
    from ziyuan.kernel.identity.guard import acting
    from ziyuan.kernel.identity.system import system_actor

    with acting(system_actor()):
        told = Event.objects.get(pk=event)
        _, fresh = Receipt.objects.get_or_create(event=told, listener=listener, defaults={"at": now()})
        if fresh:
            _listeners[told.name][listener](told)
