"""`ziyuan map …` and `ziyuan standards …`."""

import click

from ziyuan.onemap.editions.commands import ALL
from ziyuan.onemap.formats.commands import txt
from ziyuan.onemap.quality.commands import check
from ziyuan.onemap.standards.commands import standards

__all__ = ["commands", "standards"]


@click.group("map")
def commands() -> None:
    """一张图:检查、汇交、比较、查询。"""


@standards.command("apply")
def apply() -> None:
    """按数据标准建表、补列(用属主账号;重复执行无妨)。"""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from django.db import connections, transaction

    from ziyuan.onemap.service import apply_standards

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        click.echo(f"已套用 {apply_standards(cursor)} 个图层。")


commands.add_command(check)
commands.add_command(txt)
for command in ALL:
    commands.add_command(command)
