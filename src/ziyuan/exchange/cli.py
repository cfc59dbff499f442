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
    from ziyuan.exchange import service as exchange

    click.echo(f"已打包 {exchange.pack_waiting()} 个。")


@commands.command("import")
def take() -> None:
    """立即导入已到的包。"""
    from ziyuan.exchange import service as exchange

    click.echo(f"已处理 {exchange.take_waiting()} 个。")


@commands.command("resend")
@click.argument("stream")
@click.argument("seq", type=int)
def resend(stream: str, seq: int) -> None:
    """把已发出的一个包原样再放入 out 文件夹(搬运丢失时用)。"""
    from ziyuan.exchange import service as exchange

    exchange.resend(stream, seq)
    click.echo(f"已重新放入:{stream} 第 {seq} 号。")


@commands.command("retry")
@click.argument("stream")
@click.argument("seq", type=int)
def retry(stream: str, seq: int) -> None:
    """再次执行一个内容有问题的已收包。

    \b
    退出码:0 已执行,1 仍有问题。
    """
    from ziyuan.exchange import service as exchange

    fault = exchange.retry(stream, seq)
    click.echo(f"仍未执行:{fault}" if fault else "已执行。")
    raise SystemExit(1 if fault else 0)
