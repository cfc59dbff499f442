"""`ziyuan bpmn`: look at, check and rewrite process files from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ziyuan.base.markup import why_unread
from ziyuan.workflow.engine.bpmn import Document, read
from ziyuan.workflow.engine.errors import BpmnRefused, Fault

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group("bpmn")
def commands() -> None:
    """流程文件(BPMN 2.0):查看、检查、重写。"""


@commands.command("graph")
@_FILES
@click.option("--json", "as_json", is_flag=True, help="逐个文件输出一行 JSON。")
def graph(files: tuple[Path, ...], as_json: bool) -> None:
    """列出流程的节点与流向；凡良构的文件都读，包括引擎不能运行的。

    \b
    退出码：0 全部读出，2 用法错误，11 有文件不可读。
    """
    unreadable = False
    for path in files:
        told = _graph(path)
        unreadable = unreadable or "error" in told
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else _graph_text(told))
    sys.exit(11 if unreadable else 0)


def _read(path: Path) -> Document:
    try:
        data = path.read_bytes()
    except OSError as bad:
        raise BpmnRefused([Fault(f"无法读取文件：{why_unread(bad)}", str(path), "", 0)]) from None
    return read(data, path.name)


def _graph(path: Path) -> dict[str, Any]:
    try:
        document = _read(path)
    except BpmnRefused as refused:
        fault = refused.faults[0]
        error = {"message": fault.message, "element": fault.element, "line": fault.line}
        return {"file": str(path), "error": error}
    return {
        "file": str(path),
        "nodes": [{"id": n.id, "type": n.type, "name": n.name} for n in document.nodes],
        "flows": [
            {"id": f.id, "source": f.source, "target": f.target, "name": f.name, "condition": f.condition}
            for f in document.flows
        ],
    }


def _graph_text(told: dict[str, Any]) -> str:
    if "error" in told:
        error = told["error"]
        return f"{told['file']} 第 {error['line']} 行：{error['message']}"
    lines = [f"{told['file']}:{len(told['nodes'])} 个节点，{len(told['flows'])} 条流向"]
    lines += [f"  {n['id']}  {n['type']}  {n['name']}" for n in told["nodes"]]
    lines += [f"  {f['source']} → {f['target']}  {f['condition'] or ''}".rstrip() for f in told["flows"]]
    return "\n".join(lines)


@commands.command("check")
@_FILES
@click.option("--json", "as_json", is_flag=True, help="逐个文件输出一行 JSON。")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """检查流程能否运行；指出不能运行的元素、所在行和最接近的可用写法。

    \b
    退出码：0 都能运行，1 有问题，2 用法错误。
    """
    from ziyuan.workflow.engine.checking import check as faults_of
    from ziyuan.workflow.engine.checking import notices

    found_any = False
    for path in files:
        told: list[Fault] = []
        try:
            document = _read(path)
            faults, told = faults_of(document), notices(document)
        except BpmnRefused as refused:
            faults = refused.faults
        found_any = found_any or bool(faults)
        if as_json:
            errors = [
                {"message": f.message, "element": f.element, "line": f.line, "nearest": f.nearest}
                for f in faults
            ]
            click.echo(json.dumps({"file": str(path), "errors": errors}, ensure_ascii=False))
            continue
        for fault in faults:
            click.echo(fault.text())
        for notice in told:
            click.echo(f"提示：{notice.text()}", err=True)
        click.echo(f"{path}:{'可以运行' if not faults else f'{len(faults)} 处不能运行'}", err=True)
    sys.exit(1 if found_any else 0)


@commands.command("roundtrip")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
def roundtrip(source: Path, target: Path) -> None:
    """读入再写出：编号、流向、图形和不认识的扩展属性都保留。

    \b
    退出码：0 已写出，2 用法错误，11 不可读或写不出。
    """
    try:
        document = _read(source)
    except BpmnRefused as refused:
        click.echo(refused.faults[0].text(), err=True)
        sys.exit(11)
    try:
        target.write_bytes(document.to_bytes())
    except OSError as bad:
        click.echo(f"{target}:无法写出文件：{why_unread(bad)}", err=True)
        sys.exit(11)


@commands.command("simulate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--script", default="-", help="命令文件，每行一条 JSON；“-”为标准输入。")
def simulate(file: Path, script: str) -> None:
    """按命令逐步试走流程，不建案件，不用数据库；决策取自同一文件夹的 DMN 文件。

    \b
    命令：{"do":"start","vars":{…}} {"do":"complete","node":"…","vars":{…}} {"do":"advance","to":"…"}
    {"do":"message","node":"…"} {"do":"signal","node":"…"}:node 写等待者的编号，或消息、信号的名称或编号
    结果：{"ready":[…],"done":[…],"ended":false} 或 {"error":{"message":…}}
    退出码：0 全部走完，1 有命令未能执行，2 用法错误，11 流程不能运行。
    """
    from ziyuan.base.errors import ZiyuanError
    from ziyuan.base.feel import wire
    from ziyuan.workflow.engine.simulating import Simulation

    try:
        simulation = Simulation(file)
    except BpmnRefused as refused:
        click.echo(wire.dump({"error": {"message": refused.message}}))
        sys.exit(11)
    failed = False
    for line in _script_lines(script):
        try:
            command = wire.load(line)
            told = simulation.do(command if isinstance(command, dict) else {})
        except (ZiyuanError, wire.BadLine) as bad:
            told, failed = {"error": {"message": str(bad)}}, True
        click.echo(wire.dump(told))
        sys.stdout.flush()
    sys.exit(1 if failed else 0)


def _script_lines(script: str) -> Iterator[str]:
    with click.open_file(script, encoding="utf-8", errors="replace") as lines:
        yield from (line for line in lines if line.strip())
