"""`ziyuan map stages`: check a chain of business over the stock of the map."""

import json
import os
import sys
from typing import Any

import click

from ziyuan.base.errors import ZiyuanError

CLEAN, FINDINGS, USAGE = 0, 1, 2


@click.command("stages")
@click.argument("chain")
@click.option("--county", help="只看一个县,如 340123。")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="时点,默认今天。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,供程序读取。")
def stages(chain: str, county: str | None, day: Any, as_json: bool) -> None:
    """前后环节检查:预审、批准、供应、许可、登记是否首尾相接。

    CHAIN 是 standards/chains 下的链条,如 land_use。

    \b
    退出码:0 无问题,1 有问题,2 用法不对。
    """
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from ziyuan.kernel import service as kernel
    from ziyuan.onemap.findings.stages import report
    from ziyuan.onemap.standards.showing import CONFIDENCE

    try:
        told = report(kernel.system_actor("命令行"), chain, county=county, on=day.date() if day else None)
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(USAGE)
    for item in told["items"]:
        click.echo(json.dumps(item, ensure_ascii=False) if as_json else f"{item['county']}  {item['title']}  {item['message']}")
    summary = {k: v for k, v in told.items() if k != "items"}
    if as_json:
        click.echo(json.dumps({"summary": summary}, ensure_ascii=False, default=str))
    away = "、".join(s["title"] for s in told["stages"] if not s["ready"])
    head = f"{told['title']}({CONFIDENCE[told['confidence']]})"
    click.echo(f"{head}:{told['total']} 个问题" + (f";未接入:{away}" if away else ""), err=True)
    sys.exit(FINDINGS if told["total"] else CLEAN)
