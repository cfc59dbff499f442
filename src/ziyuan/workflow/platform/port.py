"""The port to a platform that numbers cases across offices (统一受理编码): an adapter is registered, one at a time.

An adapter may be called again with the same key after anything went wrong between its answer and our commit: it gives
the same number again, and a report that it has it keeps once. The form of the number is the platform's own; we keep text.
"""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Order:
    """What a number is asked for; `key` is the case's own number."""

    key: str
    facts: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """One step or result of a numbered case; `key` is unique for the step."""

    key: str
    number: str
    step: str
    at: str
    facts: dict[str, Any]


class Adapter(Protocol):
    """A way to one platform. Both calls raise PlatformAway when it cannot answer now."""

    name: str

    def number(self, order: Order) -> str:
        """The platform's number of the case, the same for the same key."""
        ...

    def report(self, report: Report) -> None:
        """Take a report, once for each key."""
        ...


_adapters: list[Adapter] = []


def register(adapter: Adapter) -> None:
    """From now on this adapter speaks for the installation."""
    _adapters[:] = [adapter]


def adapter() -> Adapter:
    """The adapter in use."""
    return _adapters[0]
