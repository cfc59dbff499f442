"""docs/reference/commands.md: the launcher's commands, the platform's groups, the installation's own."""

import argparse
from collections.abc import Iterator

import click

from tools.reference.common import cell
from ziyuan.base.commands import LazyGroup

HEAD = """每条命令都有 `--help`。平台命令前面加 `--node outer` 选择外网节点。
退出码:0 成功,1 有发现或未通过,2 用法或输入不对,11 其他(出错编号见 [errors.md](errors.md))。

"""


def launcher() -> Iterator[tuple[str, str, str]]:
    """(command, options, purpose) of `./ziyuan` itself."""
    from ziyuan.site.environment.__main__ import parser

    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                options = [_shown(o) for o in command._actions if not isinstance(o, argparse._HelpAction)]
                yield f"./ziyuan {name}", " ".join(options), helps.get(name, "")


def _shown(option: argparse.Action) -> str:
    names = "/".join(option.option_strings)
    return f"`[{names}]`" if names else f"`[{option.dest}]`"


def platform() -> Iterator[tuple[str, str, str]]:
    """Leaves of every group of `ziyuan.site.cli`."""
    from ziyuan.site.cli import main

    yield from _leaves("./ziyuan", main)


def installation() -> Iterator[tuple[str, str, str]]:
    """What `./ziyuan` itself calls in a node."""
    from ziyuan.site.manage import manage

    yield from _leaves("python -m ziyuan.site.manage", manage)


def _leaves(path: str, command: click.Command) -> Iterator[tuple[str, str, str]]:
    if isinstance(command, click.Group):
        for name in sorted(command.entries if isinstance(command, LazyGroup) else command.commands):
            found = command.loaded(name) if isinstance(command, LazyGroup) else command.commands[name]
            yield from _leaves(f"{path} {name}", found)
        return
    told = [f"`{_parameter(p)}`" for p in command.params if not getattr(p, "hidden", False)]
    yield path, " ".join(told), (command.help or "").strip().split("\n")[0]


def _parameter(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        name = (parameter.name or "").upper() + ("…" if parameter.nargs == -1 else "")
        return name if parameter.required else f"[{name}]"
    name = "/".join([*parameter.opts[:1], *parameter.secondary_opts[:1]])
    return name if parameter.required else f"[{name}]"


def page() -> tuple[str, list[str]]:
    """Three tables; a command that does not say in Chinese what it does is a fault."""
    parts, faults = [], []
    for title, rows in (
        ("安装与运行", launcher()),
        ("平台命令", platform()),
        ("节点内部命令(由 `./ziyuan` 调用)", installation()),
    ):
        lines = []
        for command, options, purpose in rows:
            lines.append(f"| `{command}` | {cell(options)} | {cell(purpose)} |")
            if not any("一" <= c <= "鿿" for c in purpose):
                faults.append(f"命令 {command} 没有中文说明")
        parts.append(f"## {title}\n\n| 命令 | 参数 | 作用 |\n|---|---|---|\n" + "\n".join(lines))
    return HEAD + "\n\n".join(parts) + "\n", faults
