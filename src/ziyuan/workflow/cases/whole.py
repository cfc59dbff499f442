"""A case's state as its row keeps it: all but the tasks, which lie each in its own row and are fetched when asked for."""

from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

TASKS = "tasks"
Fetch = Callable[[], dict[str, dict[str, Any]]]


class Whole(dict[str, Any]):
    """The state of a stored case. Whoever looks at more than a part named beforehand has the tasks among it."""

    def __init__(self, kept: dict[str, Any], fetch: Fetch) -> None:
        super().__init__(kept)
        self._fetch: Fetch | None = fetch

    def _all(self) -> "Whole":
        if self._fetch is not None:
            fetch, self._fetch = self._fetch, None
            self.setdefault(TASKS, fetch())
        return self

    def __missing__(self, name: str) -> Any:
        if name != TASKS or self._fetch is None:
            raise KeyError(name)
        return self._all()[name]

    def __contains__(self, name: object) -> bool:
        return name == TASKS or super().__contains__(name)

    def __eq__(self, other: object) -> bool:
        return dict(self._all().items()) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def __len__(self) -> int:
        self._all()
        return super().__len__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self._all()
        return super().keys()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        self._all()
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self._all()
        return super().items()

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default

    def __reduce__(self) -> Any:
        return dict, (dict(self.items()),)


class _Joined(DeferredAttribute):
    """`case.state` of a stored row, with its tasks behind it."""

    def __get__(self, instance: Any, cls: type | None = None) -> Any:
        kept = super().__get__(instance, cls)
        if instance is None or type(kept) is not dict or TASKS in kept or instance.pk is None:
            return kept
        whole = Whole(kept, lambda: _tasks(instance))
        self.__set__(instance, whole)
        return whole

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


def _tasks(case: Any) -> dict[str, dict[str, Any]]:
    """The rows, which a list may have fetched for all its cases at once."""
    return {str(row.number): row.told for row in sorted(case.tasks.all(), key=lambda row: row.number)}


class StateField(models.JSONField):
    """The column of the state; what is written is all but the tasks."""

    descriptor_class = _Joined

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, dict):
            value = without_tasks(value)
        return super().get_db_prep_value(value, connection, prepared)


def without_tasks(state: dict[str, Any]) -> dict[str, Any]:
    """What the case's own row keeps of a state."""
    return {name: part for name, part in dict.items(state) if name != TASKS}
