"""`ziyuan case …`: the migration of running cases from the command line."""

import json
import sys
from typing import Any

import click


@click.command("migrate")
@click.argument("matter", metavar="事项")
@click.option("--dry-run", is_flag=True, help="只试算:逐件列出变化,什么都不写。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON。")
def migrate(matter: str, dry_run: bool, as_json: bool) -> None:
    """升级一个事项(如 use_control/site_review)的在办案件。

    不带 --dry-run 时办理已由另一人签发的升级单;中途停下的再运行一次,从停下的地方继续。
    升级单在工作台“流程升级”中编制和签发。

    \b
    退出码:0 已试算或办完,1 有案件未能升级或没有可办的升级单,2 用法错误。
    """
    from ziyuan.kernel import service as kernel

    kernel.matter(matter)
    sys.exit(_dry_run(matter, as_json) if dry_run else _run(matter, as_json))


def _dry_run(matter: str, as_json: bool) -> int:
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow.cases.versions import present
    from ziyuan.workflow.migrating.look import VERDICTS
    from ziyuan.workflow.migrating.plan import looked, shown

    counts = dict.fromkeys(VERDICTS, 0)
    with kernel.acting(kernel.system_actor("流程升级")):
        for case, told in looked(present(matter)):
            counts[told["verdict"]] += 1
            line = shown(case, told)
            click.echo(json.dumps(line, ensure_ascii=False) if as_json else _words(line))
    summed = ",".join(f"{title} {counts[verdict]} 件" for verdict, title in VERDICTS.items())
    click.echo(f"试算:{summed}。什么都没有写。", err=True)
    return 1 if counts["refuse"] else 0


def _words(line: dict[str, Any]) -> str:
    before, after = line["due"]
    told = [line["case"], line["region_name"], line["verdict_title"], line["reason"], *line["rows"]]
    dates = [f"期限 {before or '—'} 改为 {after or '—'}"] if line["verdict"] == "move" and before != after else []
    missing = [f"新版本还要:{'、'.join(line['missing'])}"] if line["missing"] else []
    return "  ".join(part for part in (*told, *dates, *missing) if part)


def _run(matter: str, as_json: bool) -> int:
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow.migrating.models import MigrationOrder
    from ziyuan.workflow.migrating.order import RUNNING, SIGNED
    from ziyuan.workflow.migrating.run import REFUSED, run_order
    from ziyuan.workflow.migrating.view import OUTCOMES

    with kernel.acting(kernel.system_actor("流程升级")):
        order = MigrationOrder.objects.filter(matter=matter, state__in=(SIGNED, RUNNING)).first()
    if order is None:
        click.echo("没有已签发而未办完的升级单。请先用 --dry-run 试算,再在工作台“流程升级”中编制、由另一人签发。", err=True)
        return 1
    counts = run_order(order.pk, _progress)
    click.echo("", err=True)
    if as_json:
        click.echo(json.dumps({"order": order.pk, **counts}, ensure_ascii=False))
    else:
        click.echo(",".join(f"{title} {counts[name]} 件" for name, title in OUTCOMES.items() if name) + "。")
    return 1 if counts[REFUSED] else 0


def _progress(done: int, total: int) -> None:
    if done % 20 == 0 or done == total:
        click.echo(f"\r流程升级 {done} / {total} 件", nl=False, err=True)
