"""Take guards out, once everything is loaded."""

import os
from collections.abc import Callable

from django.apps import AppConfig


class Unguarded(AppConfig):
    name = "tests.support.unguarded"
    label = "unguarded"

    def ready(self) -> None:
        for guard in os.environ["UNGUARDED"].split(","):
            WITHOUT[guard]()


def _case_commands() -> None:
    """Each command on a case or an application is carried out as if it were the first time."""
    from ziyuan.workflow.applications import draft, submit
    from ziyuan.workflow.cases import receive
    from ziyuan.workflow.tasks import act

    for module in (act, receive, submit):
        module.first_time = lambda command, kind, object_id: True  # type: ignore[attr-defined]
    opened = draft.open_application
    from ziyuan.workflow import service

    service.open_application = lambda by, matter, command="": opened(by, matter)  # type: ignore[assignment]


def _delivery_commands() -> None:
    """No command on a delivery is remembered."""
    from ziyuan.onemap.deliveries import acts

    acts.done_before = lambda county, act, command: None  # type: ignore[assignment]
    acts.remember = lambda delivery, act, command: None  # type: ignore[assignment]


def _upload_offsets() -> None:
    """A part is written after what there is, wherever it says it belongs."""
    from ziyuan.onemap.deliveries import uploads

    uploads.demand_offset = lambda row, offset: None  # type: ignore[assignment]


WITHOUT: dict[str, Callable[[], None]] = {
    "case-commands": _case_commands,
    "delivery-commands": _delivery_commands,
    "upload-offsets": _upload_offsets,
}
