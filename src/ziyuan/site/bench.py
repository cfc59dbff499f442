"""`ziyuan bench …`: run a measurement of `bench/`; prints a table to be kept in bench/RESULTS.md."""

import runpy
import sys
from pathlib import Path

import click

FOLDER = Path(__file__).resolve().parents[3] / "bench"


def names() -> list[str]:
    """The measurements there are."""
    return sorted(p.stem for p in FOLDER.glob("*.py") if p.stem not in ("harness", "__init__"))


@click.command("bench", context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, arguments: tuple[str, ...]) -> None:
    """运行一项测速,如 ziyuan bench province;不带名称时列出全部。

    \b
    测速要在空闲的机器上做;结果连同命令记入 bench/RESULTS.md。
    """
    if name not in names():
        click.echo("可用的测速:" + "、".join(names()))
        sys.exit(0 if name is None else 2)
    sys.path.insert(0, str(FOLDER))
    sys.argv = [f"bench/{name}.py", *arguments]
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
