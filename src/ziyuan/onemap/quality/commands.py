"""`ziyuan map check`: judge a file against a standard, without server or database."""

import csv
import json
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import click

from ziyuan.base.errors import ZiyuanError

CLEAN, FINDINGS, USAGE, UNREADABLE = 0, 1, 2, 11


def _epsg(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    number = value.upper().removeprefix("EPSG:")
    if not number.isdecimal():
        raise click.BadParameter("应写成 EPSG:4527 的样子。")
    from ziyuan.base.crs import CrsNotUsable, OldDatum, of_epsg
    from ziyuan.onemap.quality.plane import placed_system

    if placed_system(int(number)) is None:
        raise click.BadParameter(f"没有平面或经纬度坐标系 EPSG:{number},请核对代码。")
    try:
        of_epsg(int(number), where="所给坐标系")
    except OldDatum as old:  # as in a delivery
        raise click.BadParameter(f"{old}{old.remedy}") from old
    except CrsNotUsable:
        pass  # data of other lands are checked too, only not delivered
    return int(number)


def _encoding(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from ziyuan.onemap.formats.encoding import canonical_name

        try:
            canonical_name(value)
        except ZiyuanError as unknown:
            raise click.BadParameter(f"{unknown}{unknown.remedy}") from unknown
    return value


@click.command("check")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--standard", "names", required=True, multiple=True, help="数据标准及版本（如 tdt1057@2020），或模型文件；可重复。")
@click.option("--layer", help="只检查文件中的这个图层。")
@click.option("--crs", callback=_epsg, help="坐标系，如 EPSG:4527；文件没有写明时必填。")
@click.option("--encoding", callback=_encoding, help="Shapefile 的文字编码，如 GBK。")
@click.option("--county", help="汇交的县（6 位代码）；缺省从数据的坐落代码读取。")
@click.option("--period", help="数据年份，如 2024；缺省不核对年份。")
@click.option("--control-areas", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="控制面积表（CSV）。")
@click.option("--previous", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="上一版成果：核对变更与整层偏移。")
@click.option("--neighbour", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="相邻县的成果：核对县界。")
@click.option("--report", "reports", multiple=True, type=click.Path(dir_okay=False, path_type=Path),
              help="另存报告，按后缀：.html 网页、.pdf、.gpkg 错误图层、.csv、.geojson；可重复。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON，供程序读取。")
def check(file: Path, names: tuple[str, ...], layer: str | None, crs: int | None, encoding: str | None,
          county: str | None, period: str | None, control_areas: Path | None, previous: Path | None,
          neighbour: Path | None, reports: tuple[Path, ...], as_json: bool) -> None:  # fmt: skip
    """按数据标准检查一个文件；不改动任何数据。

    FILE 可以是任何能读的格式（.gpkg .gdb .shp .vct .geojson .fgb .dxf .gml .kml .parquet .xlsx .csv .txt），或装有它们的 .zip。

    \b
    退出码：0 无问题，1 有问题，2 用法不对，11 文件读不出。
    """
    from ziyuan.onemap.quality.files import Wanted, read_file
    from ziyuan.onemap.standards import library

    try:
        _forms(reports)
        models = [library.load(name) for name in names]
        controls = read_control_areas(control_areas, county, period) if control_areas else None
    except ZiyuanError as error:
        _stop(error, USAGE)
    Thread(target=import_module, args=(f"{__package__}.check",), daemon=True).start()  # loaded while the child reads
    try:
        layers = read_file(file, models, Wanted(layer, crs, encoding))
        beside = [read_file(p, models, Wanted(None, crs, encoding)) if p else {} for p in (previous, neighbour)]
    except ZiyuanError as error:
        _stop(error, UNREADABLE)
    facts = {"county": county, "period": period, "control_areas": controls, "previous": beside[0], "neighbours": beside[1]}
    report = _run(models, layers, facts, layer, as_json)
    for finding in report.findings:
        click.echo(finding.to_json() if as_json else finding.to_line())
    _save(report, models, file, layers, reports)
    if as_json:
        click.echo(json.dumps({"summary": report.summary()}, ensure_ascii=False))
    click.echo(_closing_line(report), err=True)
    sys.exit(CLEAN if report.clean else FINDINGS)


def _forms(wanted: tuple[Path, ...]) -> None:
    if wanted:
        from ziyuan.onemap.quality.report import require_form

        for path in wanted:
            require_form(path)


def _stop(error: ZiyuanError, code: int) -> None:
    click.echo(error.to_text(), err=True)
    sys.exit(code)


def _run(models: list[Any], layers: dict[str, Any], facts: dict[str, Any], layer: str | None, quiet: bool) -> Any:
    from ziyuan.onemap.quality.check import check as judge

    def progress(title: str, done: int, total: int) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r质检  {done}/{total}  {title}　　　", nl=done == total, err=True)

    known = facts | {"county": facts["county"] or county_of(models, layers)}
    return judge(models, layers, **known, required=[layer] if layer else None, progress=progress)


def county_of(models: list[Any], layers: dict[str, Any]) -> str | None:
    """The county that most codes of a `region` pattern begin with."""
    heads: Counter[str] = Counter()
    for model in models:
        for name in model.entities.keys() & layers.keys():
            for field in model.entities[name].fields.values():
                pattern = model.patterns.get(field.pattern or "")
                column = next((c for c in layers[name].table.column_names if c.upper() == field.name), None)
                if pattern is not None and pattern.region and column:
                    heads.update(str(v)[:6] for v in layers[name].table.column(column).to_pylist() if v)
    return heads.most_common(1)[0][0] if heads else None


def read_control_areas(path: Path, county: str | None, period: str | None) -> list[dict[str, str]]:
    """Rows of a control-area table, those of the county and the year where these are given."""
    from decimal import Decimal, InvalidOperation

    from ziyuan.onemap.quality.errors import ControlAreasUnreadable

    rows = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), 2):
            missing = [c for c in ("county", "edition", "part", "class", "area_m2") if row.get(c) is None]
            if missing:
                raise ControlAreasUnreadable(path.name, number, f"缺少列 {'、'.join(missing)}")
            try:
                Decimal(row["area_m2"])
            except InvalidOperation:
                raise ControlAreasUnreadable(path.name, number, f"面积“{row['area_m2']}”不是数") from None
            if county in (None, row["county"]) and period in (None, row["edition"]):
                rows.append(row)
    return rows


def _save(report: Any, models: list[Any], file: Path, layers: dict[str, Any], wanted: tuple[Path, ...]) -> None:
    if not wanted:
        return
    from ziyuan.onemap.quality import report as reports

    facts = reports.facts_of(report, models, title="数据质量检查报告", about=[("文件", file.name)])
    epsg = next((table.epsg for table in layers.values()), 4490)
    files = {name: table.file for name, table in layers.items()}
    entries = reports.entries_of(report.findings, models, epsg=epsg, files=files)
    for path in wanted:
        reports.save(path, entries, facts, epsg=epsg, layers=layers, models=models)


def _closing_line(report: Any) -> str:
    total = sum(report.features.values())
    found = f"错误 {report.errors}，警告 {report.warnings}"
    return f"{total} 个要素，{report.rules} 条规则，{found}，用时 {report.seconds['合计']:.2f} 秒"
