"""`ziyuan map deliver` and `ziyuan map receipt`: hand in a package and wait for the answer; verify what was answered."""

import json
import sys
from pathlib import Path
from typing import Any

import click

ENDS = {"review": 0, "accepted": 0, "sealed": 0}
UNREADABLE = 11
_READING = "文件读取"


@click.command("deliver")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--mandate", required=True, help="汇交任务,如 survey_county。")
@click.option("--county", required=True, help="行政区代码(六位)。")
@click.option("--period", required=True, help="期别,如 2024。")
@click.option("--kind", default="full", show_default=True,
              type=click.Choice(["full", "partial", "precursor", "changes", "feed", "correction"]), help="汇交方式。")
@click.option("--against", default="", help="基准:版本编号或汇交编号(局部、增量、更正)。")
@click.option("--layer", "layers", multiple=True, help="局部汇交的图层,可重复。")
@click.option("--village", "villages", multiple=True, help="局部汇交的村级代码(十二位),可重复。")
@click.option("--comment", default="", help="汇交说明。")
@click.option("--encoding", default="", help="文件编码(判读有疑时的答复),如 GBK。")
@click.option("--crs", default="", help="坐标系(判读有疑时的答复),如 EPSG:4527。")
@click.option("--url", default="", help="节点地址;默认为本机正在运行的安装。")
@click.option("--user", default="", help="账号;默认为示例安装中该县的数据员。")
@click.option("--password-file", type=click.Path(path_type=Path), help="密码文件;也可用环境变量 ZIYUAN_PASSWORD。")
@click.option("--wait", "waits", is_flag=True, help="等到质检完成。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON,供程序读取。")
def deliver(
    files: tuple[Path, ...], url: str, user: str, password_file: Path | None, waits: bool, as_json: bool, **order: Any
) -> None:  # fmt: skip
    """汇交一个成果包:分段上传(中断后再次运行即从断点继续),等待质检,打印状态和问题汇总。

    \b
    多个文件或文件夹(如 .gdb)先打成一个压缩包。
    退出码:0 已转审核(预检通过),1 有问题被退回,2 用法不对或节点不接受,11 读不了。
    """
    from ziyuan.base.errors import UserError
    from ziyuan.base.node_client import Client, NodeSilent
    from ziyuan.onemap.client import place, sending
    from ziyuan.onemap.client.errors import FileUnreadable, UploadStuck

    missing = [str(f) for f in files if not f.exists()]
    if missing:
        raise click.UsageError(f"没有文件 {missing[0]}")
    order = {**order, "layers": list(order["layers"]), "villages": list(order["villages"])}
    try:
        name, password = place.account(user, password_file, order["county"])
        client = Client(url or place.node_url(), name, password)
        with sending.packed(files, f"{order['county']}-{order['period']}") as path:
            upload = sending.send(client, path, order, _tell)
        told = client.get(f"/api/deliveries/{upload['delivery']}")
        if waits:
            told = sending.finished(client, upload["delivery"], _tell)
    except (FileUnreadable, NodeSilent, UploadStuck) as wrong:
        _fail(wrong, UNREADABLE)
    except UserError as wrong:
        _fail(wrong, 2)
    click.echo(json.dumps(_short(told), ensure_ascii=False) if as_json else _words(told))
    sys.exit(ending(told) if waits else 0)


def _fail(wrong: Any, code: int) -> None:
    click.echo(wrong.to_text(), err=True)
    sys.exit(code)


def ending(told: dict[str, Any]) -> int:
    """Exit code of a delivery that has been checked."""
    if told["state"] in ENDS:
        return ENDS[told["state"]]
    errors = {row["family"] for row in told["summary"] if row["severity"] == "error"}
    return UNREADABLE if _READING in errors and not told["layers"] else 1


def _short(told: dict[str, Any]) -> dict[str, Any]:
    names = ("no", "county", "period", "mandate", "kind", "state", "state_title", "file", "errors", "warnings", "summary",
             "layers", "members", "receipt", "editions")  # fmt: skip
    return {"delivery": told["id"], **{name: told[name] for name in names}}


def _words(told: dict[str, Any]) -> str:
    lines = [f"{told['no']}  {told['county_name']} {told['period']} {told['kind_title']}:{told['state_title']}"]
    for row in told["summary"]:
        severity = {"error": "错误", "warning": "警告", "note": "提示"}[row["severity"]]
        lines.append(f"  {severity}  {row['rule']}  {row['layer'] or ''}  {row['count']} 个  {row['title']}")
    if told["state"] not in ("uploading", "received", "reading", "checking"):
        lines.append(f"{told['errors']} 个错误,{told['warnings']} 个警告")
    return "\n".join(lines)


_shown = ""


def _tell(step: str, done: int, total: int) -> None:
    """One line on the error stream for each new step; on a terminal the figures too."""
    global _shown
    if sys.stderr.isatty():
        percent = f" {100 * done // total}%" if total else ""
        click.echo(f"\r\033[K{step}{percent}", err=True, nl=False)
    elif step != _shown:
        click.echo(step, err=True)
    _shown = step


@click.command("receipt")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="出具节点的 SM2 公钥(PEM);默认为本机节点的公钥。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON,供程序读取。")
def receipt(file: Path, key: Path | None, as_json: bool) -> None:
    """核验一份回执(JSON)确由节点签发、未经改动;不需要数据库。

    \b
    退出码:0 有效,1 无效,2 用法不对,11 读不了。
    """
    from ziyuan.base.errors import reason_of
    from ziyuan.onemap.client.errors import FileUnreadable, ReceiptBroken
    from ziyuan.onemap.client.signed import holds, key_of

    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        pem = key_of(key, str(told.get("node", "")) if isinstance(told, dict) else "")
    except (OSError, ValueError) as wrong:
        _fail(FileUnreadable(file.name, "不是可读的 JSON" if isinstance(wrong, ValueError) else reason_of(wrong)), UNREADABLE)
    why = holds(told, pem)
    if as_json:
        click.echo(json.dumps({"valid": not why, "why": why, "no": told.get("no") if isinstance(told, dict) else None},
                              ensure_ascii=False))
    elif not why:
        click.echo(f"有效:{told['title']} {told['no']},{told['at']},{told['node']} 节点签发")
    if why and not as_json:
        _fail(ReceiptBroken(file.name, why), 1)
    sys.exit(1 if why else 0)
