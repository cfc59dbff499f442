"""`ziyuan map editions|diff|flow|asof|verify|history`: the history of the map at the terminal."""

import json
import os
import sys
from datetime import date
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


def _open() -> Any:
    """The node's database and its own actor; imported late, so that help needs neither."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
    from ziyuan.kernel import service as kernel

    return kernel.system_actor("命令行")


_layer = click.option("--layer", default="tdt1057@2020/DLTB", show_default=True, help="图层标识。")
_county = click.option("--county", required=True, help="县级行政区划代码,如 340123。")
_day = click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="时点,默认今天。")


@click.command("editions")
@_layer
@click.option("--county", default=None, help="县级行政区划代码。")
def editions(layer: str, county: str | None) -> None:
    """列出图层的版本:县区、时点、要素数、SM3 摘要。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    for e in onemap.editions(by, layer, county):
        click.echo(
            f"{e.pk:>6}  {e.county}  {e.reference_date}  {e.features:>8} 个  {e.hex_digest}  {e.delivery_no}"
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
    from ziyuan.onemap.quality.files import Wanted
    from ziyuan.onemap.standards import library

    for path in (old, new):
        if not path.exists():
            raise click.UsageError(f"没有文件“{path}”。")
    try:
        models = [library.load(name) for name in names]
    except ZiyuanError as error:
        _stop(error, 2)
    try:
        found = compare_files(old, new, models, Wanted(layer, crs, encoding))
    except ZiyuanError as error:
        _stop(error, 11)
    for name, changes in found.layers.items():
        for change in changes.changes:
            told = change.to_json(name)
            click.echo(json.dumps(told, ensure_ascii=False) if as_json else change_line(told))
    _tell(found.summary(), as_json)
    sys.exit(1 if found.changed else 0)


def _diff_editions(layer: str, county: str, before: str, after: str, as_json: bool) -> None:
    by = _open()
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


def _stop(error: ZiyuanError, code: int) -> NoReturn:
    click.echo(f"{error.code}  {error}\n            {error.remedy}", err=True)
    sys.exit(code)


@click.command("flow")
@_layer
@_county
@click.argument("before")
@click.argument("after")
def flow(layer: str, county: str, before: str, after: str) -> None:
    """地类流量矩阵(平方米,JSON)。

    \b
    退出码:0 与两个年度闭合,1 不闭合。
    """
    by = _open()
    from ziyuan.onemap import service as onemap

    told = onemap.flow_table(by, layer, county, before, after)
    click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(0 if told["closes"] else 1)


@click.command("asof")
@_layer
@_county
@_day
@click.argument("keys", nargs=-1)
def asof(layer: str, county: str, day: Any, keys: tuple[str, ...]) -> None:
    """某一时点的要素,逐行输出 GeoJSON;可给出标识码只看其中几个。"""
    by = _open()
    from ziyuan.onemap import service as onemap

    on: date | None = day.date() if day else None
    if keys:
        for key in keys:
            click.echo(json.dumps(onemap.feature(by, layer, county, key, asof=on), ensure_ascii=False))
        return
    mark = None
    while True:
        page = onemap.features(by, layer, county=county, asof=on, after=mark, limit=2000)
        for found in page["features"]:
            click.echo(json.dumps(found, ensure_ascii=False))
        mark = page["next"]
        if mark is None:
            return


@click.command("verify")
@click.argument("edition", type=int)
def verify(edition: int) -> None:
    """从数据表和数据湖文件重新计算版本摘要,指出第一个不一致的要素。

    \b
    退出码:0 一致,1 不一致。
    """
    by = _open()
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
    by = _open()
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
    _open()
    from ziyuan.onemap import service as onemap

    click.echo(f"清除 {onemap.sweep()} 个文件。")

