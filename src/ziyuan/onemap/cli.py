"""`ziyuan map …` and `ziyuan standards …`."""

import click

from ziyuan.onemap.formats.commands import txt
from ziyuan.onemap.quality.commands import check
from ziyuan.onemap.standards.commands import standards

__all__ = ["commands", "standards"]


@click.group("map")
def commands() -> None:
    """一张图:检查、汇交、比较、查询。"""


commands.add_command(check)
commands.add_command(txt)
