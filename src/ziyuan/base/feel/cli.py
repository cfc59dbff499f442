"""`ziyuan feel`: evaluate and check expressions, line by line, for scripts and for the curious."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from typing import Any

import click

from ziyuan.base.feel import wire
from ziyuan.base.feel.errors import FeelError


@click.group("feel")
def commands() -> None:
    """FEEL 表达式：求值与检查。"""


@commands.command("eval")
def evaluate() -> None:
    """从标准输入逐行读取 JSON 请求，逐行输出结果，顺序一致；不改变任何数据。

    \b
    请求：{"expression":"…","context":{…},"now":"2024-02-29T10:00:00+08:00"}
          {"unary":"…","input":…,"context":{…}}
    结果：{"value":…} | {"value":null,"reason":{…}} | {"error":{…}}
    """
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        out.write(told(line).encode() + b"\n")
        out.flush()


@commands.command("check")
@click.argument("expression")
@click.option("--name", "names", multiple=True, help="表达式可用的名称，可重复给出。")
@click.option("--unary", is_flag=True, help="按单元格条件(unary tests)检查。")
def check(expression: str, names: tuple[str, ...], unary: bool) -> None:
    """检查表达式：语法、名称、函数参数、类型。

    \b
    退出码：0 无问题，1 有问题，2 用法错误。
    """
    from ziyuan.base.feel.checker import check as find

    problems = find(expression, names, unary=unary)
    for problem in problems:
        piece = expression[problem.start : problem.end]
        click.echo(f"第 {problem.start + 1} 个字符“{piece}”：{problem.message}")
    sys.exit(1 if problems else 0)


def told(line: bytes) -> str:
    """The answer to one request line as it goes out."""
    try:
        return wire.dump(answer(line.removeprefix(codecs.BOM_UTF8).decode()))
    except UnicodeDecodeError as bad:
        return wire.dump(_fault(f"不是 UTF-8 文本：第 {bad.start + 1} 个字节"))
    except RecursionError:
        return wire.dump(_fault("输入或结果嵌套过深"))


def _fault(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "start": 0, "end": 0}}


def answer(line: str) -> dict[str, Any]:
    """The answer to one request line."""
    try:
        if not line.strip():
            raise wire.BadLine("空行：每行应为一个 JSON 对象")
        request = wire.load(line)
        if not isinstance(request, dict):
            raise wire.BadLine("请求应为 JSON 对象")
        return _evaluated(request)
    except wire.BadLine as bad:
        return _fault(str(bad))
    except FeelError as bad:
        return {"error": {"message": bad.bare, "start": bad.start, "end": bad.end}}
    except RecursionError:
        return _fault("输入或结果嵌套过深")


def _evaluated(request: Mapping[str, Any]) -> dict[str, Any]:
    from ziyuan.base.feel.expression import compile, member_names, unary

    given = request.get("context")
    context = {} if given is None else wire.decode(given)
    if not isinstance(context, dict):
        raise wire.BadLine("context 应为 JSON 对象")
    now = wire.moment(request.get("now"))
    members = member_names(context)
    if "unary" in request:
        text = _text(request["unary"])
        value = wire.decode(request.get("input"))
        result = unary(text, context, members=members).explain(value, context, now)
    else:
        text = _text(request.get("expression"))
        result = compile(text, context, members=members).inner(context, now)
    if result.value is None:
        return {"value": None, "reason": wire.reason(result.reason, text)}
    return {"value": wire.encode(result.value)}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise wire.BadLine("expression 或 unary 应为文本")
    return value


feel = commands  # the name under which the composition root mounts the group
