"""`ziyuan demo`: play the story from the terminal."""

import sys
from pathlib import Path

import click

from ziyuan.base.errors import ZiyuanError


@click.command("demo")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("示例结果"), show_default=True,
    help="把问题清单、意见书、地图等放到哪个文件夹。",
)  # fmt: skip
@click.option(
    "--nodes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="节点说明文件所在的文件夹。",
)
@click.option("--patches", type=int, default=20_000, show_default=True, help="汇交一节所用示例县的图斑数。")
def demo(out: Path, nodes: Path | None, patches: int) -> None:
    """在终端走完整个过程:汇交、年度变化、申请、办理、结果、核验。

    \b
    通过两个节点的 HTTP 接口进行,可以重复运行。
    退出码:0 走完,2 中途停下(说明停在哪里、怎么办)。
    """
    from ziyuan.site.demo import nodes as places
    from ziyuan.site.demo.story import Story, clocked

    try:
        Story(places.find(nodes), out, clocked()).play(patches)
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(2)
    click.echo(f"走完了。材料在 {out.resolve()}")


if __name__ == "__main__":
    demo()
