"""`ziyuan standards …`: look at data standards, prove a model file, bring the tables up to date."""

import sys
from pathlib import Path
from typing import Any

import click

from ziyuan.base.errors import ZiyuanError

_KINDS = {"polygon": "面", "line": "线", "point": "点", "none": "表"}
_CONFIDENCE = {"read": "见原文", "known": "通行", "unconfirmed": "待核"}


@click.command("list")
def list_() -> None:
    """列出全部数据标准。"""
    from ziyuan.onemap.standards import library

    for model in library.all_models():
        click.echo(f"{model.name}  {model.title}（{model.source or '来源待核'}）")
        for entity in model.entities.values():
            rules = f"{len(entity.fields)} 个字段，{len(entity.rules)} 条规则"
            click.echo(f"  {entity.name:<10}{entity.title}（{_KINDS[entity.geometry.kind]}，{rules}）")


@click.command("show")
@click.argument("name")
@click.option("--rules", is_flag=True, help="列出全部规则。")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="另存为手册（HTML）。")
@click.option("--template", type=click.Path(dir_okay=False, path_type=Path), help="另存为导入模板（GeoPackage）。")
@click.option("--epsg", type=int, default=4527, show_default=True, help="模板的坐标系。")
def show(name: str, rules: bool, html: Path | None, template: Path | None, epsg: int) -> None:
    """查看一个标准（tdt1057@2020）或其中一个图层（tdt1057@2020/DLTB）。"""
    from ziyuan.onemap.standards import handbook, library
    from ziyuan.onemap.standards import template as templates

    standard, _, layer = name.partition("/")
    model = _loaded(standard)
    entities = [model.entity(layer)] if layer else list(model.entities.values())
    for entity in entities:
        _show_layer(library.LayerRef(model, entity), rules)
    if rules and not layer:
        for rule in model.rules:
            click.echo(f"  {rule.id:<28}{rule.title}")
    if html is not None:
        html.write_text(handbook.html(model), encoding="utf-8")
    if template is not None:
        templates.write(model, template, epsg=epsg)


def _show_layer(ref: Any, rules: bool) -> None:
    entity = ref.entity
    click.echo(f"{ref.id}  {entity.title}  要素代码 {entity.code or '待核'}  主键 {entity.key or '无'}")
    for field in entity.fields.values():
        size = f"({field.length or '?'}{f',{field.decimals}' if field.decimals is not None else ''})"
        domain = field.domain if isinstance(field.domain, str) else "、".join(field.domain or ())
        need = "必填" if field.required else ("条件必填" if field.required_when else "")
        click.echo(
            f"  {field.name:<12}{field.title}  {field.type}{size}  {need}  {domain}  {_CONFIDENCE[field.confidence]}".rstrip()
        )
    if rules:
        for rule in entity.rules:
            click.echo(f"  {rule.id:<28}{rule.title}  {_CONFIDENCE[rule.confidence]}")


def _loaded(name: str) -> Any:
    from ziyuan.onemap.standards import library

    try:
        return library.load(name)
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(2)


@click.command("check")
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """校验数据标准或模型文件（缺省为全部）：每个键、引用、条件，以及每条规则的反例和正例。

    \b
    退出码：0 通过，1 有错。
    """
    from ziyuan.onemap.quality.fixtures import prove
    from ziyuan.onemap.standards import library

    failed = 0
    for name in names or tuple(library.names()):
        try:
            model = library.load(name)
            proved = prove(model)
            click.echo(f"{model.name}  通过：{len(model.entities)} 个图层，{proved} 条规则各有反例和正例。")
        except ZiyuanError as error:
            failed += 1
            click.echo(error.to_text())
    sys.exit(1 if failed else 0)
