"""`ziyuan …`: the platform's commands. Each group is loaded only when it is called, so the first answer is fast."""

import os
import sys
from importlib import import_module

import click

# command → (module, attribute, needs the node's database)
GROUPS: dict[str, tuple[str, str, bool]] = {
    "audit": ("ziyuan.kernel.cli", "commands", True),
    "map": ("ziyuan.onemap.cli", "commands", False),
    "standards": ("ziyuan.onemap.cli", "standards", False),
    "feel": ("ziyuan.base.feel.cli", "feel", False),
    "bpmn": ("ziyuan.workflow.cli", "bpmn", False),
    "dmn": ("ziyuan.workflow.cli", "dmn", False),
    "pack": ("ziyuan.workflow.cli", "pack", False),
    "exchange": ("ziyuan.exchange.cli", "commands", True),
    "sample": ("ziyuan.site.sample.cli", "sample", False),
    "demo": ("ziyuan.site.demo.cli", "demo", False),
    "bench": ("ziyuan.site.bench", "bench", False),
}


WORDS = {
    "audit": "核验审计链与全部记录",
    "map": "一张图:质检、版本、变化、回到当时",
    "standards": "数据标准:列出、查看、检查、套用",
    "feel": "FEEL 表达式",
    "bpmn": "BPMN 流程文件",
    "dmn": "DMN 决策文件",
    "pack": "业务包检查",
    "exchange": "内外网交换",
    "sample": "生成示例县的数据包",
    "demo": "在终端走完整个故事",
    "bench": "测速",
}


class Lazy(click.Group):
    """A group whose sub-commands are imported on first use; its help loads none of them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, WORDS[name]) for name in sorted(GROUPS)])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        module, attribute, database = GROUPS[cmd_name]
        if database:
            connect()
        return getattr(import_module(module), attribute)


def connect() -> None:
    """Open the node's settings; called by commands that use its database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """智慧资源:省级自然资源政务平台。"""


def run() -> None:
    """Entry point: errors raised on purpose are shown as they are, without a trace."""
    from ziyuan.base.errors import UserError, ZiyuanError

    try:
        sys.exit(main(prog_name="ziyuan", standalone_mode=False) or 0)
    except click.UsageError as error:
        click.echo(f"用法不对:{_told(error)}", err=True)
        if error.ctx is not None:
            click.echo(f"{error.ctx.get_usage()}\n说明见:{error.ctx.command_path} --help", err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("已中断。", err=True)
        sys.exit(130)
    except ZiyuanError as error:
        click.echo(f"{error.code}  {error}\n            {error.remedy}", err=True)
        sys.exit(2 if isinstance(error, UserError) else 11)


def _told(error: click.UsageError) -> str:
    """What is wrong with the words of the call, in Chinese; the nearest known word where there is one."""
    if isinstance(error, click.NoSuchOption):
        near = f",最接近的是 {error.possibilities[0]}" if error.possibilities else ""
        return f"没有选项 {error.option_name}{near}。"
    name = error.param.human_readable_name if isinstance(error, click.BadParameter) and error.param else ""
    if isinstance(error, click.MissingParameter):
        return f"缺少参数 {name}。"
    if isinstance(error, click.BadParameter):
        return f"参数 {name} 的值不合要求:{error.message}"
    return error.format_message()


if __name__ == "__main__":
    run()
