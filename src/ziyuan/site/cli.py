"""`ziyuan …`: the platform's commands. Each group is loaded only when it is called, so the first answer is fast."""

import os
import re
import sys
import warnings

import click

from ziyuan.base.commands import Entry, LazyGroup


def connect() -> None:
    """Open the node's settings; called by commands that use its database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()


ENTRIES = {
    "audit": Entry("ziyuan.kernel.cli", "commands", "核验审计链与全部记录", connect),
    "map": Entry("ziyuan.onemap.cli", "commands", "一张图:质检、版本、变化、回到当时"),
    "standards": Entry("ziyuan.onemap.cli", "standards", "数据标准:列出、查看、检查、套用"),
    "feel": Entry("ziyuan.base.feel.cli", "feel", "FEEL 表达式"),
    "bpmn": Entry("ziyuan.workflow.cli", "bpmn", "BPMN 流程文件"),
    "dmn": Entry("ziyuan.workflow.cli", "dmn", "DMN 决策文件"),
    "case": Entry("ziyuan.workflow.cli", "case", "案件:成批下发,流程升级", connect),
    "pack": Entry("ziyuan.workflow.cli", "pack", "业务包检查"),
    "exchange": Entry("ziyuan.exchange.cli", "commands", "内外网交换", connect),
    "sample": Entry("ziyuan.site.sample.cli", "sample", "生成示例县的数据包"),
    "demo": Entry("ziyuan.site.demo.cli", "demo", "在终端走完整个故事"),
    "bench": Entry("ziyuan.site.bench", "bench", "测速"),
}


@click.command(cls=LazyGroup, entries=ENTRIES, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """智慧资源:省级自然资源政务平台。"""


def run() -> None:
    """Entry point: errors raised on purpose are shown as they are, without a trace."""
    from ziyuan.base.errors import UserError, ZiyuanError

    if not sys.warnoptions:  # what libraries remark to programmers is no answer to a person
        warnings.simplefilter("ignore")
    try:
        sys.exit(main(prog_name="ziyuan", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.UsageError as error:
        click.echo(f"用法不对:{_told(error)}", err=True)
        if error.ctx is not None:
            click.echo(f"{error.ctx.get_usage()}\n说明见:{error.ctx.command_path} --help", err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("已中断。", err=True)
        sys.exit(130)
    except ZiyuanError as error:
        click.echo(error.to_text(), err=True)
        sys.exit(2 if isinstance(error, UserError) else 11)
    except Exception as error:
        from ziyuan.site.failing import told

        said = told(error)
        click.echo(said.to_text(), err=True)
        sys.exit(2 if isinstance(said, UserError) else 11)


def _told(error: click.UsageError) -> str:
    """What is wrong with the words of the call, in Chinese; the nearest known word where there is one."""
    if isinstance(error, click.NoSuchOption):
        near = f",最接近的是 {error.possibilities[0]}" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}。"
    name = _word(error.param) if isinstance(error, click.BadParameter) and error.param else ""
    if isinstance(error, click.MissingParameter):
        return f"缺少{'选项' if name.startswith('-') else '参数'} {name}。"
    if isinstance(error, click.BadParameter):
        return f"参数 {name} 的值不合要求:{_said(error.message)}"
    return _said(error.format_message())


def _word(param: click.Parameter) -> str:
    """A parameter as it is written in the call: `--county`, `FILE`."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


_SAYINGS = (
    (r"No such command '(.*)'\.", r"没有命令“\1”。"),
    (r"Got unexpected extra arguments? \((.*)\)", r"多出的参数:\1。"),
    (r"Option '(.*)' requires an argument\.", r"选项 \1 之后应写出它的值。"),
    (r"Option '(.*)' does not take a value\.", r"选项 \1 之后不能写值。"),
    (r"(?:Path|File|Directory) '(.*)' does not exist\.", r"“\1”不存在。"),
    (r"(?:Path|File|Directory) '(.*)' is a directory\.", r"“\1”是文件夹,应为文件。"),
    (r"(?:Path|File|Directory) '(.*)' is a file\.", r"“\1”是文件,应为文件夹。"),
    (r"(?:Path|File|Directory) '(.*)' is not (?:readable|writable)\.", r"“\1”没有读写权限。"),
    (r"'(.*)' is not a valid integer\.", r"“\1”不是整数。"),
    (r"'(.*)' is not a valid float\.", r"“\1”不是数。"),
    (r"'(.*)' is not one of (.*)\.", r"“\1”不在可用的值 \2 之中。"),
    (r"'(.*)' does not match the formats? (.*)\.", r"“\1”不是日期,应写成 2024-12-31 的样子。"),
)
"""What the library says of a value, and what a person reads instead."""


def _said(message: str) -> str:
    return next((re.sub(heard, ours, message) for heard, ours in _SAYINGS if re.fullmatch(heard, message)), message)


if __name__ == "__main__":
    run()
