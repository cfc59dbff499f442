"""`ziyuan exchange …`: look at the crossing, drive it by hand."""

import json

import click


@click.group("exchange")
def commands() -> None:
    """交换:内外网之间的交换包。"""


@commands.command("status")
def status() -> None:
    """各流水的序号、链首和被拒收的包。"""
    from ziyuan.exchange import service as exchange

    click.echo(json.dumps(exchange.streams(), ensure_ascii=False, indent=1, default=str))


@commands.command("pack")
def pack() -> None:
    """立即打包待发内容。"""
    from ziyuan.exchange.pack import pack_waiting

    click.echo(f"已打包 {pack_waiting()} 个。")


@commands.command("import")
def take() -> None:
    """立即导入已到的包。"""
    from ziyuan.exchange.take import take_waiting

    click.echo(f"已处理 {take_waiting()} 个。")
