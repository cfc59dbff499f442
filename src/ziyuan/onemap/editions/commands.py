"""`ziyuan map editions|diff|flow|asof|verify|history`: the history of the map at the terminal."""

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from ziyuan.base.errors import ZiyuanError


def epsg_option(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    """`EPSG:4527` or `4527` as a number."""
    if value is None:
        return None
    number = value.upper().removeprefix("EPSG:")
    if not number.isdigit():
        raise click.BadParameter("应写成 EPSG:4527 的样子。")
    return int(number)


def open_node() -> Any:
    """The node's database and its own actor; imported late, so that help needs neither."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from ziyuan.kernel import service as kernel

    return kernel.system_actor("命令行")


_layer = click.option("--layer", default="tdt1057@2020/DLTB", show_default=True, help="图层标识。")
_county = click.option("--county", required=True, help="县级行政区划代码,如 340123。")


@click.command("editions")
@_layer
@click.option("--county", default=None, help="县级行政区划代码。")
def editions(layer: str, county: str | None) -> None:
    """列出图层的版本:县区、时点、要素数、SM3 摘要、是否有效。"""
    by = open_node()
    from ziyuan.onemap import service as onemap
    from ziyuan.onemap.editions.register import STATES, state_of

    found = onemap.editions(by, layer, county)
    for e in found:
        state = STATES[state_of(e, found)]
        click.echo(
            f"{e.pk:>6}  {e.county}  {e.reference_date}  {e.features:>8} 个  {e.hex_digest}  {state}  {e.delivery_no}"
            + (f"  {e.withdrawn_reason or e.reason}" if e.withdrawn_reason or e.reason else "")
        )


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--standard", "names", multiple=True, help="比较两个文件:数据标准及版次(如 tdt1057@2020)或模型文件;可重复。")
@click.option("--layer", default=None, help="文件中的图层名;比较版本时为图层标识(缺省 tdt1057@2020/DLTB)。")
@click.option("--crs", callback=epsg_option, help="文件没有写明坐标系时必填,如 EPSG:4527。")
@click.option("--encoding", help="Shapefile 的文字编码,如 GBK。")
@click.option("--county", default=None, help="比较本节点的两个版本:县级行政区划代码,如 340123。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,供程序读取。")
def diff(old: str, new: str, names: tuple[str, ...], layer: str | None, crs: int | None, encoding: str | None,
         county: str | None, as_json: bool) -> None:  # fmt: skip
    """比较两个文件,或本节点的两个版本;逐行列出变化,末行为汇总。

    \b
    两个文件(不需要数据库):ziyuan map diff 旧.gpkg 新.gpkg --standard tdt1057@2020
    两个版本(年度、版本号或日期):ziyuan map diff 2023 2024 --county 340123
    退出码:0 没有变化,1 有变化,2 用法不对,11 文件读不出。
    """
    if bool(names) == bool(county):
        raise click.UsageError("请给出 --standard(比较两个文件)或 --county(比较两个版本)其中之一。")
    if names:
        _diff_files(Path(old), Path(new), names, layer, crs, encoding, as_json)
    else:
        assert county is not None  # noqa: S101  one of both is given
        _diff_editions(layer or "tdt1057@2020/DLTB", county, old, new, as_json)


def _diff_files(old: Path, new: Path, names: tuple[str, ...], layer: str | None, crs: int | None,
                encoding: str | None, as_json: bool) -> None:  # fmt: skip
    from ziyuan.onemap.differences.files import compare_files
    from ziyuan.onemap.differences.no_change import NoChange
    from ziyuan.onemap.quality.files import Wanted
    from ziyuan.onemap.standards import library

    for path in (old, new):
        if not path.exists():
            raise click.UsageError(f"没有文件“{path}”。")
    try:
        models = [library.load(name) for name in names]
        for model in models:  # a declaration that cannot be read is a fault of the model, not of the files
            for entity in model.entities.values():
                NoChange.of(model, entity)
    except ZiyuanError as error:
        stop(error, 2)
    try:
        found = compare_files(old, new, models, Wanted(layer, crs, encoding))
    except ZiyuanError as error:
        stop(error, 11)
    for name, changes in found.layers.items():
        for change in changes.changes:
            told = change.to_json(name)
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else change_line(told))
    _tell(found.summary(), as_json)
    sys.exit(1 if found.changed else 0)


def _diff_editions(layer: str, county: str, before: str, after: str, as_json: bool) -> None:
    by = open_node()
    from ziyuan.onemap import service as onemap

    mark, summary = None, {}
    while True:
        page = onemap.changes(by, layer, county, before, after, after=mark, limit=1000)
        summary, mark = page["summary"], page["next"]
        for item in page["items"]:
            told = {
                "change": item["change"], "layer": onemap.layer(layer).id, "key": item["key"],
                "old_key": item["old_key"], "fields": [f["name"] for f in item["fields"]],
                "geometry": item["geometry_changed"],
            }  # fmt: skip
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else change_line(told))
        if mark is None:
            break
    _tell(summary, as_json)
    sys.exit(1 if sum(summary.values()) - summary["unchanged"] else 0)


_WORDS = {"insert": "新增", "update": "变化", "delete": "删除", "renumber": "改号"}


def change_line(told: dict[str, Any]) -> str:
    """One change for a person."""
    what = [*told["fields"], *(["图形"] if told["geometry"] else [])]
    was = f"(原 {told['old_key']})" if told["change"] == "renumber" else ""
    return f"{_WORDS[told['change']]}  {told['layer']}  {told['key']}{was}  {'、'.join(what)}".rstrip()


def _tell(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"summary": summary}, ensure_ascii=False))
        return
    words = [f"{title} {summary[kind]}" for kind, title in _WORDS.items()]
    click.echo(f"{','.join(words)},没有变化 {summary['unchanged']}。")


def stop(error: ZiyuanError, code: int) -> NoReturn:
    click.echo(f"{error.code}  {error}\n            {error.remedy}", err=True)
    sys.exit(code)


@click.command("flow")
@_layer
@click.option("--county", default=None, help="县级代码,几个县用逗号分开;缺省为全部有版本的县。")
@click.option("--region", default=None, help="市或省的代码:其下各县之和。")
@click.option("--level", type=click.Choice(["class", "level1", "three_class"]), default="class", show_default=True,
              help="地类、一级类或三大类。")
@click.option("--known", default=None, help="按当时所知:日期或时刻。")
@click.argument("before")
@click.argument("after")
def flow(layer: str, county: str | None, region: str | None, level: str, known: str | None, before: str, after: str) -> None:
    """地类流量矩阵(平方米,JSON):行为前一年度,列为后一年度,各县之和。

    \b
    退出码:0 与两个年度闭合,1 不闭合。
    """
    by = open_node()
    from ziyuan.onemap import service as onemap
    from ziyuan.onemap.editions.moment import known_of

    seen = known_of(known) if known else None
    told = onemap.flow_table(by, layer, county, before, after, region=region, level=level, known=seen)
    click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(0 if told["closes"] else 1)


@click.command("asof")
@click.argument("layer")
@click.argument("day", metavar="DATE")
@click.option("--known", default=None, help="按当时所知:日期(到当日终了)或时刻;缺省为现在所知。")
@click.option("--county", default=None, help="县级行政区划代码;缺省为全部。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,供程序读取。")
def asof(layer: str, day: str, known: str | None, county: str | None, as_json: bool) -> None:
    """图层在某一天的样子:一行一个要素,末行为个数和分类面积。

    DATE 是有效时间(2024-12-31;写年度则为年末),--known 是记录时间:当时入库了什么。
    """
    by = open_node()
    from ziyuan.onemap import service as onemap
    from ziyuan.onemap.editions.moment import day_of, known_of

    on, seen = day_of(day), known_of(known) if known else None
    mark = None
    while True:
        page = onemap.features(by, layer, county=county, asof=on, known=seen, after=mark, limit=2000)
        for found in page["features"]:
            click.echo(json.dumps(found, ensure_ascii=False) if as_json else feature_line(found))
        mark = page["next"]
        if mark is None:
            break
    told = asof_summary(onemap.statistics(by, layer, county=county, asof=on, known=seen), county)
    click.echo(json.dumps({"summary": told}, ensure_ascii=False) if as_json else summary_line(told))


def feature_line(found: dict[str, Any]) -> str:
    """One feature for a person."""
    told = found["properties"]
    until = told["valid_to"] or "今"
    return f"{told['county']}  {told['key']}  {told['valid_from']} 至 {until}  版本 {told['edition'] or told['case_no']}"


def asof_summary(told: dict[str, Any], county: str | None) -> dict[str, Any]:
    """Count, area and classes of a statistics answer."""
    keep = ("code", "name", "count", "area_m2")
    return {
        "layer": told["layer"], "asof": told["asof"], "known": told["known"], "county": county,
        "count": told["total"]["count"], "area_m2": told["total"]["area_m2"],
        "by_class": [{name: row[name] for name in keep} for row in told["rows"]],
        "editions": [{"county": e["county"], "edition": e["edition"], "digest": e["digest"]} for e in told["editions"]],
    }  # fmt: skip


def summary_line(told: dict[str, Any]) -> str:
    """The summary for a person."""
    rows = [f"  {row['code'] or '—'} {row['name']}  {row['count']} 个  {row['area_m2']} 平方米" for row in told["by_class"]]
    return "\n".join([f"共 {told['count']} 个要素,{told['area_m2']} 平方米", *rows])


@click.command("verify")
@click.argument("edition", type=int)
def verify(edition: int) -> None:
    """从数据表和数据湖文件重新计算版本摘要,指出第一个不一致的要素。

    \b
    退出码:0 一致,1 不一致。
    """
    by = open_node()
    from ziyuan.onemap import service as onemap

    found = onemap.verify(edition, by=by)
    click.echo(found.message)
    sys.exit(0 if found.ok else 1)


@click.command("history")
@_layer
@_county
@click.argument("key")
def history(layer: str, county: str, key: str) -> None:
    """一个要素的来龙去脉:各时段的地类、面积、版本和来源图斑。"""
    by = open_node()
    from ziyuan.onemap import service as onemap

    kind = onemap.layer(layer)
    for f in onemap.history(layer, county, key, by=by):
        heard = "现行认定" if f.known_to is None else f"已更正于 {f.known_to:%Y-%m-%d %H:%M}"
        what = f.attributes.get(kind.class_field or ""), f.attributes.get(kind.area_field or "")
        source = f"来自 {'、'.join(f.parents)}" if f.parents else ""
        click.echo(
            f"{f.valid_from} 至 {f.valid_to or '今'}  {what[0]}  {what[1]} 平方米  {heard}  版本 {f.edition}  {source}"
        )


@click.command("sweep")
def sweep() -> None:
    """清除数据湖中没有版本的文件(入库中断留下的)。"""
    open_node()
    from ziyuan.onemap import service as onemap

    click.echo(f"清除 {onemap.sweep()} 个文件。")

