"""Ports by which a person is reached outside the platform (短信、手机端): an interface, its register, and the file port.

A port takes a message that says no more than kind, case number, step and day. Whoever runs a gateway registers his own
port under the same name; until then the file port writes each message into a folder of the node, from which a gateway
takes it.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ziyuan.kernel import service as kernel

OFFICE = frozenset(
    {"before", "red", "escalated", "urge", "supervise", "supervise_before", "supervise_late", "untold", "untold_late"}
)
ALL = OFFICE | {"step", "yellow", "copy", "circulate", "answer", "report", "closed"}


@dataclass(frozen=True)
class Message:
    """One message to one person. `id` is the same when it is sent again."""

    id: str
    person: int
    user: str
    name: str
    text: str


class Port(Protocol):
    """A way out. `kinds` are the notices it carries; `send` returns a receipt and raises when it could not send."""

    @property
    def title(self) -> str: ...
    @property
    def kinds(self) -> frozenset[str]: ...
    def send(self, message: Message) -> str: ...


@dataclass(frozen=True)
class FilePort:
    """Writes each message as a file of its own, whole or not at all; sent again it is the same file."""

    name: str
    title: str
    kinds: frozenset[str]

    def folder(self) -> Path:
        return kernel.node().folder("outgoing", self.name)

    def send(self, message: Message) -> str:
        target = self.folder() / f"{message.id}.json"
        told = {"id": message.id, "to": message.user, "name": message.name, "text": message.text}
        partial = target.with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as stream:
            json.dump(told, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        return target.name


_ports: dict[str, Port] = {
    "sms": FilePort("sms", "短信", OFFICE),
    "app": FilePort("app", "手机端", ALL),
}


def register_port(name: str, port: Port) -> None:
    """Add a port, or put a gateway's in the place of the file port of that name."""
    _ports[name] = port


def ports() -> dict[str, Port]:
    """Every port by name."""
    return dict(_ports)
