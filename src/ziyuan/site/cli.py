"""`ziyuan …`: the platform's commands. Each group is loaded only when it is called, so the first answer is fast."""

import os
import sys
from importlib import import_module

import click

# command → (module, attribute, needs the node's database)
GROUPS: dict[str, tuple[str, str, bool]] = {
    "audit": ("ziyuan.kernel.cli", "commands", True),
    "map": ("ziyuan.onemap.cli", "commands", False),
    "standards": ("ziyuan.onemap.cli", "standards", False),
    "feel": ("ziyuan.base.feel.cli", "feel", False),
    "bpmn": ("ziyuan.workflow.cli", "bpmn", False),
    "dmn": ("ziyuan.workflow.cli", "dmn", False),
    "pack": ("ziyuan.workflow.cli", "pack", False),
    "exchange": ("ziyuan.exchange.cli", "commands", True),
    "sample": ("ziyuan.site.sample.cli", "sample", False),
    "demo": ("ziyuan.site.demo.cli", "demo", False),
    "bench": ("ziyuan.site.bench", "bench", False),
}


class Lazy(click.Group):
    """A group whose sub-commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module, attribute, database = GROUPS[cmd_name]
        if database:
            connect()
        return getattr(import_module(module), attribute)


def connect() -> None:
    """Open the node's settings; called by commands that use its database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """智慧资源:省级自然资源政务平台。"""


def run() -> None:
    """Entry point: errors raised on purpose are shown as they are, without a trace."""
    from ziyuan.base.errors import UserError, ZiyuanError

    try:
        main()
    except ZiyuanError as error:
        click.echo(f"{error.code}  {error}\n            {error.remedy}", err=True)
        sys.exit(2 if isinstance(error, UserError) else 11)


if __name__ == "__main__":
    run()
