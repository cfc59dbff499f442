"""`ziyuan map editions|diff|flow|asof|verify|lineage`: the history of the map at the terminal."""

import json
import os
import sys
from datetime import date
from typing import Any

import click


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
@_layer
@_county
@click.argument("before")
@click.argument("after")
def diff(layer: str, county: str, before: str, after: str) -> None:
    """比较两个版本(年度、版本号或日期),逐行输出 JSON,末行为汇总。

    \b
    退出码:0 没有变化,1 有变化。
    """
    by = _open()
    from ziyuan.onemap import service as onemap

    mark, summary = None, {}
    while True:
        page = onemap.changes(by, layer, county, before, after, after=mark, limit=1000)
        summary, mark = page["summary"], page["next"]
        for item in page["items"]:
            click.echo(json.dumps({k: v for k, v in item.items() if k != "geometry"}, ensure_ascii=False))
        if mark is None:
            break
    click.echo(json.dumps({"summary": summary}, ensure_ascii=False))
    sys.exit(1 if sum(summary.values()) - summary["unchanged"] else 0)


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


@click.command("lineage")
@_layer
@_county
@click.argument("key")
def lineage(layer: str, county: str, key: str) -> None:
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

