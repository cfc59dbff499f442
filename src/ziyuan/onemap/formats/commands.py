"""`ziyuan map txt` and `ziyuan map convert`: look at a file, write it in another form; no server, no database."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

CLEAN, FAULTS, USAGE, UNREADABLE = 0, 1, 2, 11


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


def _epsg(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    number = value.upper().removeprefix("EPSG:")
    if not number.isdigit():
        raise click.BadParameter("应写成 EPSG:4527 的样子。")
    return int(number)


def _pair(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in value.replace("\uff0c", ",").split(",")) if value else ()
    if len(parts) > 2 or (parts and not all(parts)):
        raise click.BadParameter("应写成 东列,北列 或一个 WKT 列名。")
    return parts


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(exists=True, path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--layer", help="只转换这个图层。")
@click.option("--crs", callback=_epsg, help="源数据的坐标系,如 EPSG:4527;文件没有写明时必填。")
@click.option("--encoding", help="源数据的文字编码,如 GBK。")
@click.option("--xy", callback=_pair, help="表格中的坐标列:东列,北列 或一个 WKT 列。")
@click.option("--standard", "names", multiple=True, help="数据标准(如 tdt1057@2020),给出 VCT 的要素代码和字段类型;可重复。")
@click.option("--force", is_flag=True, help="目标已存在时覆盖。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON,供程序读取。")
def convert(source: Path, out: Path, layer: str | None, crs: int | None, encoding: str | None, xy: tuple[str, ...],
            names: tuple[str, ...], force: bool, as_json: bool) -> None:  # fmt: skip
    """把 IN 转为 OUT,格式按扩展名;目标格式装不下的逐项说明。坐标不换算、不取整。

    \b
    格式:.gpkg .gdb(文件夹或 .gdb.zip) .shp(或 .zip) .vct .geojson .fgb .dxf .gml .kml .parquet .xlsx .csv .txt(界址点)
    退出码:0 无损失,1 有损失(已写出),2 用法不对,11 源文件读不出。
    """
    from ziyuan.base.errors import ZiyuanError, reason_of
    from ziyuan.onemap.formats.convert import told
    from ziyuan.onemap.formats.convert.run import Wish
    from ziyuan.onemap.formats.convert.run import convert as run

    usage = (told.OutputExists, told.OutputUnknown, told.SeveralLayers, told.LayerNotThere, told.CannotCarry)
    try:
        models = _models(names)
    except ZiyuanError as error:
        _stop(error, USAGE)
    try:
        report = run(source, out, Wish(layer, crs, encoding, xy, models, force))
    except ZiyuanError as error:
        _stop(error, USAGE if isinstance(error, usage) else UNREADABLE)
    except OSError as error:
        click.echo(f"不能写出“{out}”:{reason_of(error)}。", err=True)
        sys.exit(USAGE)
    _tell(report, source, out, as_json)
    sys.exit(FAULTS if report.losses else CLEAN)


def _models(names: tuple[str, ...]) -> tuple[Any, ...]:
    from ziyuan.onemap.standards import library

    return tuple(library.load(name) for name in names)


def _stop(error: Any, code: int) -> NoReturn:
    click.echo(error.to_text(), err=True)
    sys.exit(code)


def _tell(report: Any, source: Path, out: Path, as_json: bool) -> None:
    for one in report.source:
        samples = "、".join(one.text.samples[:3])
        if not as_json:
            shown = f"(如“{samples}”)" if samples else ""
            click.echo(f"读取  {one.name}  {one.table.num_rows} 行  编码 {one.text.encoding}{shown}", err=True)
        for sentence in [*one.notes, *(doubt.message for doubt in one.text.doubts)]:
            click.echo(json.dumps({"note": sentence, "layer": one.name}, ensure_ascii=False) if as_json else f"说明  {sentence}")
    for note in report.notes:
        click.echo(json.dumps({"note": note}, ensure_ascii=False) if as_json else f"说明  {note}")
    for loss in report.losses:
        click.echo(loss.to_json() if as_json else loss.to_line())
    if as_json:
        click.echo(json.dumps({"summary": _summary(report, source, out)}, ensure_ascii=False))
    else:
        click.echo(f"已写出 {out}({report.kind.title}),{len(report.losses)} 项损失", err=True)


def _summary(report: Any, source: Path, out: Path) -> dict[str, Any]:
    layers = [
        {"layer": one.name, "rows": one.table.num_rows, "crs": one.crs if len(one.crs or "") < 40 else None,
         "encoding": one.text.encoding, "samples": list(one.text.samples), "format": one.format.id}
        for one in report.source
    ]  # fmt: skip
    written = [{"layer": layer.name, "rows": layer.table.num_rows} for layer in report.written]
    return {"in": source.name, "out": out.name, "format": report.kind.id, "read": layers, "written": written,
            "losses": len(report.losses), "rows_changed": sum(loss.rows for loss in report.losses)}  # fmt: skip
