"""`ziyuan map txt`: look at a boundary-point text, and write it canonically; no server, no database."""

import json
import sys
from pathlib import Path
from typing import Any

import click

CLEAN, FAULTS = 0, 1


@click.command("txt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--zone", type=click.IntRange(25, 45), help="县区规定的三度带带号,用于核对。")
@click.option("--write", "target", type=click.Path(dir_okay=False, path_type=Path), help="另存为规范格式。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON,供程序读取。")
def txt(file: Path, zone: int | None, target: Path | None, as_json: bool) -> None:
    """读取界址点坐标 TXT,显示编码、坐标次序、带号、圈数、面积和问题;不改动原文件。

    \b
    退出码:0 可以采用,1 有错误,2 用法不对。
    """
    from ziyuan.onemap.formats import County, read_boundary, write_boundary

    county = County("", "本县", zone) if zone else None
    boundary = read_boundary(file.read_bytes(), county=county)
    if as_json:
        told = {**boundary.shown, "problems": [p.to_json() for p in boundary.problems]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(boundary.shown)
    for problem in boundary.problems:
        mark = "错误" if problem.severity == "error" else "警告"
        click.echo(f"{mark}  {problem.code}  {problem.message}\n      {problem.remedy}", err=True)
    if target is not None and boundary.ok:
        target.write_bytes(write_boundary(boundary.parcels, producer=boundary.shown["header"].get("数据产生单位", "")))
        click.echo(f"已写出 {target}", err=True)
    sys.exit(CLEAN if boundary.ok else FAULTS)


def _show(shown: dict[str, Any]) -> None:
    click.echo(f"编码  {shown['encoding']}")
    click.echo(f"坐标  {shown['axes']}")
    click.echo(f"带号  {shown['zone'] or '—'}  {shown['zone_reason']}")
    for parcel in shown["parcels"]:
        stated = f"{parcel['stated']} {parcel['stated_unit']}" if parcel["stated"] else "未写"
        click.echo(f"地块  {parcel['no']} {parcel['name']}  {parcel['points']} 点 {parcel['rings']} 圈"
                   f"  文件面积 {stated}  计算面积 {parcel['area_ha']} 公顷")
