"""`ziyuan standards …`: look at data standards, prove a model file, compare two, begin a new one."""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from ziyuan.base.errors import ZiyuanError

_FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON，一行一个标准。")
def list_(as_json: bool) -> None:
    """列出全部数据标准及其图层。"""
    from ziyuan.onemap.standards import library, showing

    for name in library.names():
        model = _loaded(name, library.outline)
        lines = [json.dumps(showing.summary(model), ensure_ascii=False)] if as_json else showing.outline(model)
        for line in lines:
            click.echo(line)


@click.command("show")
@click.argument("name")
@click.option("--rules", is_flag=True, help="列出全部规则。")
@click.option("--masks", is_flag=True, help="列出各字段在共享版、公开版中怎样提供。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出标准、图层与规则集。")
@click.option("--html", type=_FILE, help="另存为手册（HTML，可打印）。")
@click.option("--template", type=_FILE, help="另存为导入模板（GeoPackage）。")
@click.option("--xlsx", type=_FILE, help="另存为导入模板（XLSX，带代码下拉）。")
@click.option("--vct", type=_FILE, help="另存为空 VCT 文件（文件头、要素代码、表结构）。")
@click.option("--schema", type=_FILE, help="另存为接口用的 JSON Schema；“-”输出到屏幕。")
@click.option("--styles", type=_FILE, help="另存为按代码的图层样式：.json，单个图层可用 .sld。")
@click.option("--ddl", type=_FILE, help="另存为建表语句（SQL）。")
@click.option("--fixtures", type=click.Path(file_okay=False, path_type=Path), help="把每条规则的反例和正例写入这个文件夹。")
@click.option("--rule", "only", help="只写这一条规则的反例和正例。")
@click.option("--epsg", type=int, default=4527, show_default=True, help="模板与 VCT 的坐标系。")
def show(name: str, rules: bool, masks: bool, as_json: bool, only: str | None, epsg: int, **files: Path | None) -> None:
    """查看一个标准（tdt1057@2020）、其中一个图层（tdt1057@2020/DLTB）或一个模型文件；由它生成各种文件。"""
    from ziyuan.onemap.standards import made, showing

    standard, layer = _parted(name)
    model = _loaded(standard)
    chosen = _guarded(lambda: [_entity(model, layer)]) if layer else model.listed()
    wanted = {kind: path for kind, path in files.items() if path is not None}
    if as_json:
        rows = showing.rule_set(model, chosen[0] if layer else None)
        click.echo(json.dumps(showing.summary(model) | {"rules": rows}, ensure_ascii=False))
    elif not wanted:
        _show(model, chosen, rules, masks, whole=not layer)
    for kind, path in wanted.items():
        make = partial(made.make, kind, path, model, chosen if layer else None, epsg=epsg, rule=only)
        for note in _guarded(make):
            click.echo(note, err=True)


def _show(model: Any, chosen: list[Any], rules: bool, masks: bool, whole: bool) -> None:
    from ziyuan.onemap.standards import showing

    for entity in chosen:
        for line in showing.layer(model, entity, rules=rules):
            click.echo(line)
        for line in showing.mask_lines(entity) if masks else ():
            click.echo(line)
    for rule in model.rules if rules and whole else ():
        click.echo(showing.rule_line(rule))


def _parted(name: str) -> tuple[str, str]:
    """`tdt1057@2020/DLTB` → standard and layer; a path stays whole."""
    if Path(name).exists():
        return name, ""
    standard, _, layer = name.partition("/")
    return standard, layer


def _entity(model: Any, name: str) -> Any:
    return model.catalogue[name] if name in model.catalogue else model.entity(name)


def _loaded(name: str, load: Callable[[str], Any] | None = None) -> Any:
    from ziyuan.onemap.standards import library

    return _guarded(lambda: (load or library.load)(name))


def _guarded(act: Callable[[], Any]) -> Any:
    """The result; an error raised on purpose is shown and ends the command with 2."""
    try:
        return act()
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(2)


@click.command("check")
@click.argument("names", nargs=-1)
@click.option("--text", "text_only", is_flag=True, help="只校验文本，不证明规则。")
@click.option("--again", is_flag=True, help="文本和程序都未变的标准也重新证明。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON，一行一个问题，最后一行是汇总。")
def check(names: tuple[str, ...], text_only: bool, again: bool, as_json: bool) -> None:
    """校验数据标准或模型文件（缺省为全部）：每个键、引用、条件、换版对照，以及每条规则的反例和正例。

    不需要服务器或数据库。所有问题一次列出，各有文件、行号和在文件中的位置。

    \b
    退出码：0 通过，1 有错，2 没有这个标准或文件。
    """
    from ziyuan.onemap.standards import checking, library

    failed = 0
    for name in names or tuple(library.names()):
        result = _guarded(partial(checking.check, name, prove=not text_only, again=again))
        failed += bool(result.problems)
        for line in result.json_lines() if as_json else result.lines():
            click.echo(line)
    sys.exit(1 if failed else 0)


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON，最后一行是汇总。")
def diff(old: str, new: str, as_json: bool) -> None:
    """比较两版标准：图层、字段、代码、规则。有换版对照（mapping.yaml）时，改名算改名。

    \b
    退出码：0 相同，1 有不同，2 没有这个标准或文件。
    """
    from ziyuan.onemap.standards import differences, library

    before, after = _loaded(old), _loaded(new)
    mapping = _guarded(lambda: library.mapping_of(after))
    found = differences.differences(before, after, mapping if mapping and mapping.old.name == before.name else None)
    for change in found:
        click.echo(json.dumps(change.to_dict(), ensure_ascii=False) if as_json else change.to_line())
    counts = differences.counts(found)
    if as_json:
        click.echo(json.dumps({"summary": {"old": before.name, "new": after.name, **counts}}, ensure_ascii=False))
    click.echo(f"{before.name} → {after.name}：{len(found)} 处不同", err=True)
    sys.exit(1 if found else 0)


@click.command("new")
@click.argument("id")
@click.option("--title", required=True, help="标准的中文名称。")
@click.option("--edition", default="1", show_default=True, help="版本，如 2026。")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="放在哪个文件夹下；缺省为平台的 standards/。")
def new(id: str, title: str, edition: str, folder: Path | None) -> None:
    """新建一个标准：带说明的最小模型，可以直接加载并通过 standards check。"""
    from ziyuan.onemap.standards import beginning, places

    made = _guarded(lambda: beginning.begin(folder or places.ROOT, id, edition, title))
    click.echo(f"已新建 {made}/model.yaml。改好后运行：ziyuan standards check {made}")
