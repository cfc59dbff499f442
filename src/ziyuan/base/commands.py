"""Command groups whose sub-commands are imported on first use, so that every `--help` answers at once."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """Where a command lives, what it is for (Chinese, one line), and what to do before it is imported."""

    module: str
    attribute: str
    words: str
    before: Callable[[], None] | None = None


class LazyGroup(click.Group):
    """A group known by its table of entries; its help loads none of them."""

    def __init__(self, *args: Any, entries: dict[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.entries)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, self.entries[name].words) for name in self.list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if entry.before is not None:
            entry.before()
        return self.loaded(cmd_name)

    def loaded(self, name: str) -> click.Command:
        """The command itself, imported without anything before it: for whoever only reads what it says."""
        entry = self.entries[name]
        command: click.Command = getattr(import_module(entry.module), entry.attribute)
        return command
