"""`ziyuan sample`: make counties to try things on."""

import sys
from pathlib import Path

import click

from ziyuan.base.errors import ZiyuanError


@click.group("sample", invoke_without_command=True)
@click.option("--county", help="县级行政区划代码,如 340123。")
@click.option("--patches", type=int, default=20_000, show_default=True, help="图斑数,2000 到 2000000。")
@click.option("--years", type=click.IntRange(1, 10), default=2, show_default=True, help="连续几个年度。")
@click.option(
    "--last-year", type=int, default=2025, show_default=True, help="最后一个年度(12 月 31 日为时点)。"
)
@click.option(
    "--faulty", is_flag=True, help="另写第一个年度的错误样本 <县>-<年>-faulty.zip 和清单 faults.json。"
)
@click.option(
    "--control-lines", "way", type=click.Choice(["independent", "unions"]), default="independent", show_default=True,
    help="三条控制线:independent 独立勾绘,unions 由图斑合并。",
)  # fmt: skip
@click.option("--plain", is_flag=True, help="在压缩包旁保留 .gpkg。")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="随机种子;相同参数得到逐字节相同的文件。"
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="写到哪个文件夹。")
@click.pass_context
def sample(
    context: click.Context, county: str | None, patches: int, years: int, last_year: int, faulty: bool, way: str,
    plain: bool, seed: int, out: Path | None,
) -> None:  # fmt: skip
    """生成示例县:国土调查成果包、控制线、控制面积和变更记录。

    \b
    写出 <县>-<年>.zip、control_areas.csv、changes.json(两个年度以上),以及 --faulty 时的
    <县>-<年>-faulty.zip 和 faults.json。轮廓为示例,不得作为界线使用。
    退出码:0 完成,2 用法不对。
    """
    if context.invoked_subcommand:
        return
    if not county or not out:
        raise click.UsageError("请给出 --county 和 --out,例如:ziyuan sample --county 340123 --out 示例")
    from ziyuan.site.sample.generate import Order, generate

    order = Order(county, patches, years, last_year, faulty, way, plain, seed, out)
    try:
        files = generate(order, lambda line: click.echo(line, err=True))
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(2)
    for file in files:
        click.echo(file)


@sample.command("outlines")
@click.option(
    "--from", "source", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="存放 16 个原始 GeoJSON 文件的文件夹。",
)  # fmt: skip
@click.option(
    "--regions", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="现行代码与名称表(列 code、name_zh)。",
)  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写到哪个 GeoJSON 文件。"
)
def outlines(source: Path, regions: Path, out: Path) -> None:
    """从原始数据重新修整全省市、县轮廓(示例)。"""
    import csv

    from ziyuan.site.sample import outlines as work

    with regions.open(encoding="utf-8", newline="") as lines:
        names = {row["code"]: row["name_zh"] for row in csv.DictReader(lines)}
    places = work.repair(source, names)
    work.write(places, out)
    click.echo(
        f"{sum(p.level == 'county' for p in places)} 个县,{sum(p.level == 'city' for p in places)} 个市 → {out}"
    )


if __name__ == "__main__":
    sample()
