"""`ziyuan map lineage|impact|duty|bulletin|find`: the catalogue at the terminal."""

import json
import os
from pathlib import Path
from typing import Any

import click


def _open() -> Any:
    """The node's database and its own actor; imported late, so that help needs neither."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from ziyuan.kernel import service as kernel

    return kernel.system_actor("命令行")


_json = click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,末行为汇总。")


@click.command("lineage")
@click.argument("target")
@_json
def lineage(target: str, as_json: bool) -> None:
    """数据从哪里来:图层[:县代码[:版本号]]、汇交编号或案件号。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    _tell(onemap.catalogue.lineage(by, target), as_json)


@click.command("impact")
@click.argument("target")
@_json
def impact(target: str, as_json: bool) -> None:
    """什么建立在它之上:后续版本、案件、导出、报告、通报(撤销一个版本之前先问)。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    _tell(onemap.catalogue.impact(by, target), as_json)


def _tell(answer: dict[str, Any], as_json: bool) -> None:
    edges = answer.pop("edges")
    if as_json:
        for edge in edges:
            click.echo(json.dumps(edge, ensure_ascii=False))
        click.echo(json.dumps({"summary": {**answer, "count": len(edges)}}, ensure_ascii=False))
        return
    click.echo(answer["title"])
    for e in edges:
        told = "  ".join(filter(None, ((e["at"] or "")[:16].replace("T", " "), e["who"])))
        click.echo(f"{'  ' * e['depth']}{e['relation']}:{e['title']}  {e['id']}  {told}".rstrip())
    click.echo(f"共 {len(edges)} 项。")


@click.command("duty")
@click.option(
    "--state", type=click.Choice(["due", "late", "delivered", "returned", "accepted"]), help="只看这种状态。"
)
@click.option("--within", help="行政区代码,如 340100。")
@_json
def duty(state: str | None, within: str | None, as_json: bool) -> None:
    """应汇交清单:谁、哪个时期、期限、到了哪一步。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    found = onemap.catalogue.owed(by, within=within, state=state)
    for each in found:
        told = each.to_json()
        if as_json:
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            late = f"逾期 {each.late_days} 天" if each.late_days else ""
            due = told["due"] or "未公布期限"
            click.echo(
                f"{each.county} {each.county_name}  {each.title} {each.period}  {due}  {told['state_title']}  {late}"
            )
    if as_json:
        click.echo(json.dumps({"summary": {"count": len(found)}}, ensure_ascii=False))
    else:
        click.echo(f"共 {len(found)} 项。")


@click.command("find")
@click.argument("words", nargs=-1, required=True)
@_json
def find(words: tuple[str, ...], as_json: bool) -> None:
    """查找图层、字段、数据库、代码、行政区:名称、拼音、首字母或代码。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    for e in onemap.catalogue.search(by, " ".join(words), limit=50)["items"]:
        click.echo(
            json.dumps(e, ensure_ascii=False)
            if as_json
            else f"{e['kind_title']}  {e['code']}  {e['title']}  {e['within']}"
        )


@click.command("bulletin")
@click.argument("month")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="另存为 PDF。")
def bulletin(month: str, pdf: Path | None) -> None:
    """编制一个月的汇交情况通报(草稿);审核、签发、发布在工作台办理。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    made = onemap.catalogue.make_bulletin(by, month)
    click.echo(f"{made.no}  {made.state_title}  统计截至 {made.cut.astimezone():%Y-%m-%d %H:%M}  {made.digest}")
    if pdf is not None:
        pdf.write_bytes(onemap.catalogue.bulletin_pdf(by, made.pk)[0])
        click.echo(str(pdf))
