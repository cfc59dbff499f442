"""`ziyuan map changeset|rollback|withdraw|cut|digests|compare`: acts on editions, and two nodes side by side."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from ziyuan.base.errors import ZiyuanError
from ziyuan.onemap.editions.commands import open_node, stop

_layer = click.option("--layer", default="tdt1057@2020/DLTB", show_default=True, help="图层标识。")
_county = click.option("--county", required=True, help="县级行政区划代码,如 340123。")
UNREADABLE = 11


@click.group("changeset")
def changeset() -> None:
    """增量包:生成、查看、应用、合并。"""


@changeset.command("make")
@_layer
@_county
@click.option("--from", "start", default=None, help="起点:版本号、年度或日期;缺省从无到有。")
@click.option("--to", "end", required=True, help="终点:版本号、年度或日期。")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="写到哪个文件;缺省用规定的文件名。")
def make(layer: str, county: str, start: str | None, end: str, out: Path | None) -> None:
    """生成两个版本之间的增量包,由本节点签章。"""
    by = open_node()
    from ziyuan.onemap.editions import changesets
    from ziyuan.onemap.editions.layers import layer as layer_of
    from ziyuan.onemap.services.changes import when

    kind = layer_of(layer)
    ends = [when(by, kind, county, text) if text else None for text in (start, end)]
    assert ends[1] is not None  # noqa: S101  `--to` is required
    made = changesets.write(changesets.make(kind.id, county, ends[0], ends[1], by=by), by=by)
    path = out or Path(made.name)
    path.write_bytes(made.body)
    click.echo(f"{path}  {made.changes} 个要素有变化")


@changeset.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def show(file: Path) -> None:
    """查看增量包:印鉴、基础版本、目标版本、逐条变化(JSON);不应用。"""
    by = open_node()
    from ziyuan.onemap.services.editions import inspected

    told = inspected(by, file)
    for change in told.pop("changes"):
        click.echo(json.dumps(change, ensure_ascii=False))
    click.echo(json.dumps({"summary": told}, ensure_ascii=False))


@changeset.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def apply(file: Path) -> None:
    """应用增量包:基础版本不符即拒绝,达不到目标摘要即全部撤回,重复应用无妨。"""
    by = open_node()
    from ziyuan.onemap.editions import changesets

    edition = changesets.apply(file, by=by)
    click.echo(f"版本 {edition.pk}  {edition.county}  {edition.reference_date}  {edition.hex_digest}")


@changeset.command("compose")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="合并后的增量包。")
def compose(files: tuple[Path, ...], out: Path) -> None:
    """把前后相接的几个增量包合并为一个,由本节点签章。"""
    by = open_node()
    from ziyuan.onemap.editions import changesets

    whole = changesets.read(files[0]).changeset
    for path in files[1:]:
        whole = changesets.compose(whole, changesets.read(path).changeset)
    made = changesets.write(whole, by=by)
    out.write_bytes(made.body)
    click.echo(f"{out}  {made.changes} 个要素有变化")


@click.command("rollback")
@click.argument("edition", type=int)
@click.option("--reason", required=True, help="理由。")
def rollback(edition: int, reason: str) -> None:
    """回退:以旧版本的内容另成一个新版本;原有版本都保留。"""
    by = open_node()
    from ziyuan.onemap.editions import undo

    made = undo.rollback(edition, reason=reason, by=by)
    click.echo(f"版本 {made.pk}  {made.county}  {made.reference_date}  {made.hex_digest}")


@click.command("withdraw")
@click.argument("edition", type=int)
@click.option("--reason", required=True, help="理由。")
@click.option("--seen", default=None, help="影响清单的标记;不给则只列出清单。")
def withdraw(edition: int, reason: str, seen: str | None) -> None:
    """撤回版本:先列出以它为依据的内容,带上清单标记再次运行才撤回;当时的答复仍可查到。

    \b
    退出码:0 已撤回,1 只列出了清单。
    """
    by = open_node()
    from ziyuan.onemap.editions import undo

    if seen is None:
        impact = undo.impact_of(edition, by=by)
        for one in impact.standing:
            click.echo(f"{one.kind}  {one.reference}  {one.title}")
        click.echo(f"共 {len(impact.standing)} 项。确认后加上 --seen {impact.mark}")
        sys.exit(1)
    gone = undo.withdraw(edition, reason=reason, seen=seen, by=by)
    click.echo(f"版本 {gone.pk} 已于 {gone.withdrawn:%Y-%m-%d %H:%M} 撤回。")


@click.command("cut")
@click.option("--layer", default=None, help="图层标识;缺省为全部由办件写入的图层。")
@click.option("--county", default=None, help="只切这个县。")
def cut(layer: str | None, county: str | None) -> None:
    """为由办件写入的图层切出版本(每夜自动进行):摘要和 Parquet 文件。"""
    by = open_node()
    from ziyuan.onemap.editions import cutting

    if layer and county:
        made = [e for e in [cutting.cut(layer, county, by=by)] if e]
    else:
        made = [e for e in cutting.cut_all(by, layer) if county in (None, e.county)]
    for edition in made:
        click.echo(f"版本 {edition.pk}  {edition.layer}  {edition.county}  {edition.features} 个  {edition.hex_digest}")
    click.echo(f"共 {len(made)} 个版本。", err=True)


@click.command("digests")
@click.option("--layer", default=None, help="图层标识;缺省为全部。")
@click.option("--county", default=None, help="县级代码;缺省为全部。")
@click.option("--on", "day", default=None, help="哪一天有效的版本;缺省为最新。")
@click.option("--known", default=None, help="按当时所知:日期或时刻。")
@click.option("--features", is_flag=True, help="连同每个要素的摘要。")
def digests(layer: str | None, county: str | None, day: str | None, known: str | None, features: bool) -> None:
    """导出本节点各县各图层的版本摘要(逐行 JSON),供与另一节点比对。"""
    by = open_node()
    from ziyuan.onemap.editions.mirror import digest_lines
    from ziyuan.onemap.editions.moment import day_of, known_of

    on, seen = day_of(day) if day else None, known_of(known) if known else None
    for line in digest_lines(by, name=layer, county=county, on=on, known=seen, features=features):
        click.echo(line)


@click.command("compare")
@click.argument("one", metavar="NODE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("other", metavar="NODE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", default=None, help="只比这个图层。")
@click.option("--county", default=None, help="只比这个县。")
@click.option("--on", "day", default=None, help="哪一天有效的版本;缺省为最新。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,供程序读取。")
def compare(one: Path, other: Path, layer: str | None, county: str | None, day: str | None, as_json: bool) -> None:
    """两个节点按摘要并排比对,指出第一个不同的县、图层和要素。

    NODE 是节点文件(本机可连其数据库),或该节点用 ziyuan map digests --features 导出的文件。

    \b
    退出码:0 一致,1 不一致,2 用法不对,11 文件读不出。
    """
    from ziyuan.onemap.differences import mirror

    try:
        sides = [_side(path, layer, county, day, features=False) for path in (one, other)]
        found = mirror.side_by_side(*sides)
        first = next((d for d in found if not d.to_json()["same"]), None)
        if first and first.one and first.other and not first.key:
            sides = [_side(path, first.layer, first.county, day, features=True) for path in (one, other)]
            first = mirror.side_by_side(*sides)[0]
            found = [first if (d.layer, d.county) == (first.layer, first.county) else d for d in found]
    except ZiyuanError as error:
        stop(error, UNREADABLE)
    for told in (d.to_json() for d in found):
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else _line(told))
    differing = [d for d in found if not d.to_json()["same"]]
    summary = {"places": len(found), "same": len(found) - len(differing), "first": first and first.to_json()}
    click.echo(json.dumps({"summary": summary}, ensure_ascii=False) if as_json else _closing(summary))
    sys.exit(1 if differing else 0)


def _side(path: Path, layer: str | None, county: str | None, day: str | None, *, features: bool) -> Any:
    """A side's listing: asked of the node's database in a process of its own, or read from its file."""
    from ziyuan.onemap.differences import mirror

    text = path.read_text(encoding="utf-8", errors="replace")
    if not _is_node(text):
        return _only(mirror.read(text.splitlines(), path.name), layer, county)
    asked = {"--layer": layer, "--county": county, "--on": day}
    words = [word for name, value in asked.items() if value for word in (name, value)] + ["--features"] * features
    run = subprocess.run(
        [sys.executable, "-m", "ziyuan.site.cli", "map", "digests", *words], capture_output=True, text=True, check=False,
        env={**os.environ, "ZIYUAN_NODE": str(path.resolve())},
    )  # fmt: skip
    if run.returncode:
        raise mirror.DigestsUnreadable(path.name, 0, f"所指的节点没有答复({run.stderr.strip().splitlines()[-1:]})")
    return mirror.read(run.stdout.splitlines(), path.name)


def _only(found: Any, layer: str | None, county: str | None) -> Any:
    wanted = (layer or "").replace("~", "/")
    found.held = {
        place: held for place, held in found.held.items()
        if wanted in ("", place[0], place[0].rpartition("/")[2]) and county in (None, place[1])
    }  # fmt: skip
    return found


def _is_node(text: str) -> bool:
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, dict) and "database" in told


def _line(told: dict[str, Any]) -> str:
    sides = [(told[name] or {}).get("digest", "—")[:16] for name in ("a", "b")]
    words = "一致" if told["same"] else told["words"]
    return f"{told['county']}  {told['layer']}  {sides[0]}  {sides[1]}  {words}" + (f":{told['first']}" if told["first"] else "")


def _closing(summary: dict[str, Any]) -> str:
    if summary["first"] is None:
        return f"{summary['places']} 个县区图层全部一致。"
    first = summary["first"]
    where = f",要素 {first['first']}" if first["first"] else ""
    return f"第一处不同:县区 {first['county']},图层 {first['layer']}{where}({first['words']})。"
