"""`ziyuan dmn`: run and check decision files from the command line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ziyuan.base import reasons
from ziyuan.base.errors import ZiyuanError
from ziyuan.base.feel import wire
from ziyuan.base.feel.errors import FeelError
from ziyuan.base.markup import why_unread


@click.group("dmn")
def commands() -> None:
    """决策模型(DMN):求值与检查。"""


@commands.command("eval")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--decision", help="决策的名称或编号。")
@click.option("--service", help="决策服务的名称或编号。")
@click.option("--invocable", help="业务知识模型或服务，按参数名调用。")
@click.option("--input", "source", default="-", help="输入数据的 JSON 文件，“-”为标准输入。")
@click.option("--now", help="求值的当前时刻，如 2024-02-29T10:00:00+08:00。")
@click.option("--trace", is_flag=True, help="同时输出经过：输入、命中行、值。")
@click.option("--batch", is_flag=True, help="从标准输入逐行读取请求，逐行输出。")
def evaluate(
    file: Path | None,
    decision: str | None,
    service: str | None,
    invocable: str | None,
    source: str,
    now: str | None,
    trace: bool,
    batch: bool,
) -> None:
    """对决策模型求值；不改变任何数据。

    \b
    批量请求每行：{"file":…,"decision"|"service"|"invocable":…,"input":{…},"now":…}
    结果：{"value":…,"reason":…,"trace":[…]} 或 {"error":{"message":…}}
    退出码：0 有结果（可为空值）,2 用法错误，11 文件不可读或名称不存在。
    """
    if batch:
        for line in _lines(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")):
            click.echo(_written(answer(line)))
            sys.stdout.flush()
        return
    if file is None or not (decision or service or invocable):
        raise click.UsageError("请给出文件，以及 --decision、--service 或 --invocable 之一")
    request = {
        "file": str(file),
        "decision": decision,
        "service": service,
        "invocable": invocable,
        "now": now,
    }
    result = _guarded(lambda: _evaluated({**request, "input": wire.load(_given(source).decode() or "{}")}))
    if not trace:
        result.pop("trace", None)
    click.echo(_written(result))
    sys.exit(11 if "error" in result else 0)


@commands.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="逐个文件输出一行 JSON。")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """检查决策模型：表达式、名称、类型、空缺与重叠。

    \b
    退出码：0 无错误（可有提示）,1 有错误，2 用法错误，11 文件不可读。
    """
    worst = 0
    for path in files:
        faults, unreadable = _faults(path)
        worst = max(worst, 11 if unreadable else 1 if any(f["severity"] == "error" for f in faults) else 0)
        if as_json:
            click.echo(json.dumps({"file": str(path), "errors": faults}, ensure_ascii=False))
            continue
        for fault in faults:
            mark = "错误" if fault["severity"] == "error" else "提示"
            place = f" 第 {fault['line']} 行 {fault['element']}" if fault["line"] else ""
            click.echo(f"{path}{place} [{mark}] {fault['message']}")
        click.echo(f"{path}:{len(faults)} 个问题", err=True)
    sys.exit(worst)


@commands.command("roundtrip")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
def roundtrip(source: Path, target: Path) -> None:
    """把 IN 读入,按 DMN 1.5 写到 OUT:编号、图形、未知的扩展都保留。

    \b
    退出码：0 已写出，2 用法错误，11 文件不可读。
    """
    from ziyuan.workflow.decisions.writing import upgraded

    try:
        target.write_bytes(upgraded(source.read_bytes(), source.name))
    except (ZiyuanError, OSError) as bad:
        click.echo(bad.to_text() if isinstance(bad, ZiyuanError) else f"无法读写：{why_unread(bad)}", err=True)
        sys.exit(11)


def _faults(path: Path) -> tuple[list[dict[str, Any]], bool]:
    from ziyuan.workflow.decisions.decision import Decision
    from ziyuan.workflow.decisions.errors import DecisionError

    try:
        found = Decision.load(path).check()
    except DecisionError as bad:
        fault = {"message": bad.bare, "element": bad.element, "line": bad.line, "severity": "error"}
        return [fault], True
    return [
        {"message": f.message, "element": f.element, "line": f.line, "severity": f.severity} for f in found
    ], False


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    for line in stream:
        if line.strip():
            yield line


def answer(line: str) -> dict[str, Any]:
    """The answer to one line of a batch."""
    return _guarded(lambda: _evaluated(wire.load(line)))


def _given(source: str) -> bytes:
    return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()


def _guarded(work: Any) -> dict[str, Any]:
    try:
        result: dict[str, Any] = work()
    except wire.BadLine as bad:
        return {"error": {"message": str(bad)}}
    except FeelError as bad:
        return {"error": {"message": bad.bare, "start": bad.start, "end": bad.end}}
    except ZiyuanError as bad:
        places = {key: bad.facts[key] for key in ("file", "element", "line") if bad.facts.get(key)}
        return {"error": {"message": bad.message, **places}}
    except RecursionError:
        return {"error": {"message": "输入或结果嵌套过深"}}
    except (OSError, ValueError) as bad:
        return {"error": {"message": f"无法处理：{reasons.told(bad)}"}}
    return result


def _written(result: dict[str, Any]) -> str:
    try:
        return wire.dump(result)
    except RecursionError:
        return wire.dump({"error": {"message": "结果嵌套过深"}})


_LOADED: dict[tuple[str, int], Any] = {}
_MOST_LOADED = 500


def _evaluated(request: Any) -> dict[str, Any]:
    if not isinstance(request, Mapping) or not isinstance(request.get("file"), str):
        raise wire.BadLine("请求应为 JSON 对象，并给出 file")
    given = wire.decode(request.get("input") or {})
    if not isinstance(given, dict):
        raise wire.BadLine("input 应为 JSON 对象")
    model, now = _loaded(request["file"]), wire.moment(request.get("now"))
    for key, run in (
        ("service", model.evaluate_service),
        ("invocable", model.invoke),
        ("decision", model.evaluate),
    ):
        if isinstance(request.get(key), str):
            outcome = run(request[key], given, now)
            break
    else:
        raise wire.BadLine("请给出 decision、service 或 invocable")
    reason = outcome.reason
    return {
        "value": wire.encode(outcome.native),
        "reason": {"message": reason.message, "start": reason.start, "end": reason.end} if reason else None,
        "trace": outcome.trace,
    }


def _loaded(file: str) -> Any:
    """A file is read once in a batch, again when it has changed."""
    from ziyuan.workflow.decisions.decision import Decision

    path = Path(file)
    key = (file, path.stat().st_mtime_ns if path.is_file() else 0)
    if key not in _LOADED:
        if len(_LOADED) >= _MOST_LOADED:
            _LOADED.clear()
        _LOADED[key] = Decision.load(path)
    return _LOADED[key]
