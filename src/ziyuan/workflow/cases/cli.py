"""`ziyuan case dispatch`: open many cases at once. The group takes in the other commands on cases."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ziyuan.base.errors import UserError


@click.group("case")
def commands() -> None:
    """案件:成批下发,流程升级。"""


@commands.command("dispatch")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--matter", required=True, help="事项,写作 业务包/事项。")
@click.option("--by", "user", default=None, help="以哪个用户的岗位下发;缺省为本节点。")
@click.option("--whole", is_flag=True, help="有一行不合格就一件都不开。")
@click.option("--batch", default=1000, show_default=True, type=click.IntRange(1, 5000), help="一个事务开多少件。")
@click.option("--jobs", default=None, type=click.IntRange(1, 8), help="几个进程同时办理;缺省时 5000 行以上与处理器核数相同。")
@click.option("--json", "as_json", is_flag=True, help="不合格的行和合计都输出 JSON。")
def dispatch(
    file: Path, matter: str, user: str | None, whole: bool, batch: int, jobs: int | None, as_json: bool
) -> None:
    """按清单成批开立案件(卫片图斑等);清单是 CSV,或一行一个要素的 GeoJSON(经纬度)。

    每行须有 no(外部编号)和 county(县级代码),其余各列是事项表单的字段。已有案件的外部编号跳过,中断后再运行不会重复。

    \b
    退出码:0 全部开立或已有,1 有不合格的行,2 用法错误。
    """
    from ziyuan.workflow.dispatching import dispatch as work
    from ziyuan.workflow.dispatching.file import read
    from ziyuan.workflow.errors import DispatchRefused

    def progress(report: work.Report) -> None:
        click.echo(f"\r已开立 {report.opened},已有 {report.known},不合格 {len(report.faults)}", nl=False, err=True)

    try:
        report = work.dispatch(_actor(user), matter, read(file), whole=whole, batch=batch, jobs=jobs, progress=progress)
    except DispatchRefused as refused:
        report = work.Report(faults=refused.facts["faults"])  # type: ignore[arg-type]
    click.echo(err=True)
    for fault in report.faults:
        click.echo(json.dumps(fault, ensure_ascii=False) if as_json else f"第 {fault['line']} 行 {fault['no']}:{fault['reason']}")
    told = {"opened": report.opened, "known": report.known, "refused": len(report.faults)}
    if as_json:
        click.echo(json.dumps({"summary": told}, ensure_ascii=False))
    else:
        click.echo(f"开立 {told['opened']} 件,已有 {told['known']} 件,不合格 {told['refused']} 行。")
    sys.exit(1 if report.faults else 0)


def _actor(user: str | None) -> Any:
    """The person of that user name in his posts of today, else the node itself."""
    from ziyuan.kernel import service as kernel

    if user is None:
        return kernel.system_actor("成批下发")
    found = kernel.Person.objects.filter(user=user, active=True).first()
    if found is None:
        raise UserError(f"没有用户“{user}”,或已停用。", remedy="请核对用户名。")
    return kernel.actor_of(found, kernel.now())
