"""`ziyuan pack …`: run the publishing gate over packs."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click


@click.group("pack")
def commands() -> None:
    """业务包:发布前检查、质量台账。"""


@commands.command("check")
@click.argument("names", nargs=-1, metavar="[业务包]...")
@click.option("--table", is_flag=True, help="输出质量台账(每包每条 done/todo/exempt)。")
@click.option("--json", "as_json", is_flag=True, help="逐行输出 JSON。")
def check(names: tuple[str, ...], table: bool, as_json: bool) -> None:
    """按发布关口检查业务包文本并运行其示例;不改动任何内容,不需要数据库。

    \b
    退出码:0 通过,1 有问题,2 用法错误。
    """
    with tempfile.TemporaryDirectory(prefix="ziyuan-pack-") as folder:
        _settle(Path(folder))
        from ziyuan.kernel import service as kernel
        from ziyuan.workflow.gate.check import check_pack

        folders = [(f, m) for f, m in kernel.pack_folders() if not names or f.name in names]
        absent = sorted(set(names) - {f.name for f, _ in folders})
        if absent:
            raise click.UsageError(f"没有业务包:{'、'.join(absent)}")
        if table:
            _table(folders)
            return
        found = [fault for f, m in folders for fault in check_pack(f, m)]
    for fault in found:
        click.echo(json.dumps(vars(fault), ensure_ascii=False) if as_json else _line(fault))
    errors = sum(f.severity == "error" for f in found)
    click.echo(f"{len(folders)} 个业务包,{errors} 个问题,{len(found) - errors} 项提示", err=True)
    sys.exit(1 if errors else 0)


def _line(fault: Any) -> str:
    return f"{'✗' if fault.severity == 'error' else '·'} {fault.text()}"


def _table(folders: list[tuple[Path, str]]) -> None:
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow.gate import ledger

    packs = [kernel.load_pack(f, m) for f, m in folders]
    told = {p.id: ledger.standing(p) for p in packs}
    click.echo("\t".join(["条目", *told]))
    for rule, title in ledger.rules().items():
        click.echo(
            "\t".join([f"{rule} {title}", *(t.get(rule, {}).get("state", "缺") for t in told.values())])
        )
    for pack, entries in told.items():
        done = sum(e.get("state") == "done" for e in entries.values())
        click.echo(f"{pack}:{done}/{len(ledger.rules())} 完成", err=True)


def _settle(folder: Path) -> None:
    """Settings are needed to read the registry of effects; without a node an empty one stands in, and no database."""
    if not os.environ.get("ZIYUAN_NODE"):
        account = {"user": "none", "password": "none"}
        database = {"host": str(folder), "port": 1, "name": "none", "app": account, "auditor": account}
        node = {
            "name": "inner", "zone": "inner", "region": "340000", "title": "检查", "bind": "127.0.0.1:0", "url": "http://localhost",
            "hosts": [], "data": str(folder), "secret_key": "none", "database": database, "peers": [],
        }  # fmt: skip
        path = folder / "node.json"
        path.write_text(json.dumps(node), encoding="utf-8")
        os.environ["ZIYUAN_NODE"] = str(path)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
    django.setup()
