"""`./ziyuan down | status | logs | reset`: the short commands of a running installation."""

import argparse
import json
import shutil
import subprocess
import sys

from ziyuan.site.environment import databases, nodes, prepare, processes, say
from ziyuan.site.environment import settings as choices
from ziyuan.site.environment.databases import Server
from ziyuan.site.environment.errors import NotRunning, UnknownLog
from ziyuan.site.environment.place import Place
from ziyuan.site.environment.settings import NODES
from ziyuan.site.environment.up import health, stop_all
from ziyuan.site.environment.welcome import ZONES, account_lines


def down(place: Place, _options: argparse.Namespace) -> int:
    """Stop everything; the data stays."""
    if not stop_all(place):
        say.note("平台没有在运行。")
    return 0


def status(place: Place, options: argparse.Namespace) -> int:
    """What runs; exit code 0 when all is well, 1 otherwise."""
    settings = choices.saved(place)
    running = processes.state(place, processes.SERVICES)
    if options.json:
        told = {
            "nodes": [{"name": n, "zone": n, "url": settings.url(n)} for n in NODES] if running else [],
            "accounts": nodes.accounts(place) if running else [],
        }
        print(json.dumps(told, ensure_ascii=False))
        return 0 if running else 1
    if running is None:
        print(NotRunning().to_text())
        return 1
    faults = [_node_line(settings, name) for name in NODES]
    for group in processes.GROUPS:
        for name, child in (processes.state(place, group) or {"processes": {}})["processes"].items():
            mark = f"进程号 {child['pid']}" if child["pid"] else "正在重新启动"
            print(f"  {name:<16} {mark}" + (f",已重启 {child['restarts']} 次" if child["restarts"] else ""))
    print("\n".join(account_lines(nodes.accounts(place))))
    return 1 if any(faults) else 0


def _node_line(settings: choices.Settings, name: str) -> str:
    fault = health(settings.url(name))
    print(f"{ZONES[name]}  {settings.url(name)}/  {fault or '正常'}")
    return fault


def logs(place: Place, options: argparse.Namespace) -> int:
    """Show the last lines of one log, or of all; `-f` goes on."""
    found = {path.stem: path for path in sorted(place.logs.rglob("*.log"))}
    if options.name and options.name not in found:
        raise UnknownLog(options.name, sorted(found))
    chosen = [found[options.name]] if options.name else list(found.values())
    argv = ["tail", "-n", str(options.lines), *(["-F"] if options.follow else []), "--", *map(str, chosen)]
    try:
        return subprocess.run(argv, check=False).returncode if chosen else 0
    except KeyboardInterrupt:
        return 0


def reset(place: Place, options: argparse.Namespace) -> int:
    """Stop everything and delete databases, files and sample data; environment and build stay."""
    if not options.yes and not _agreed(place):
        say.note("没有删除任何东西。")
        return 1
    with prepare.locked(place):
        stop_all(place)
        url = choices.saved(place).database_url
        with say.step("删除数据"):
            if url:
                databases.remove(Server.at(url), list(NODES))
            for path in (place.cluster, place.nodes, place.secrets, place.logs, place.run):
                shutil.rmtree(path, ignore_errors=True)
            for name in ("provisioned", "sample-loaded", "settings.json"):
                (place.state / name).unlink(missing_ok=True)
    return 0


def _agreed(place: Place) -> bool:
    if not sys.stdin.isatty():
        say.warn("reset 会删除全部数据;没有终端可以确认,请加 --yes。")
        return False
    return (
        input(f"将删除 {place.state} 中的数据库、文件和示例账号,不能恢复。继续吗?[y/N] ").strip().lower()
        == "y"
    )
