"""`ziyuan audit …`: prove the record whole, look at it."""

import json
import sys

import click


@click.group("audit")
def commands() -> None:
    """审计:核验审计链、检查点、文件、版本、案件与交换包。"""


@commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON。")
def verify(as_json: bool) -> None:
    """核验全部记录;任何一处被改动都指出位置。

    \b
    退出码:0 完整,1 发现改动。
    """
    from ziyuan.kernel import service as kernel
    from ziyuan.kernel.audit.verify import parts

    found = 0
    with kernel.acting(kernel.system_actor("审计核验")), kernel.acting(kernel.system_actor("审计核验"), using=kernel.AUDITOR):
        for fault in kernel.verify_all():
            found += 1
            told = {"part": fault.part, "place": fault.place, "what": fault.what}
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"{fault.part}  {fault.place}:{fault.what}")
    click.echo(f"已核验:{'、'.join(parts())};发现 {found} 处改动。", err=True)
    sys.exit(1 if found else 0)


@commands.command("checkpoint")
def checkpoint() -> None:
    """立即写一个带签名的检查点。"""
    from ziyuan.kernel import service as kernel

    point = kernel.checkpoint(force_signature=True)
    click.echo(f"检查点 {point.pk}:{point.root}" if point else "尚无审计记录。")
