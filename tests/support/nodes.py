"""Two real nodes for a test run: web, worker, exchange of each and the ferry, on their own databases and free ports."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import database
from tests.support.database import ROOT

NAMES = ("inner", "outer")
START_SECONDS = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Nodes:
    """The running pair. `start` brings a killed process back, as the supervisor of an installation does.

    `unguarded` names guards that the children leave out (tests/support/unguarded): the negative control.
    `apart` is a folder of packs installed apart (tests/support/apart).
    """

    folder: Path
    server: dict[str, Any]
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    unguarded: str = ""
    apart: Path | None = None

    def url(self, name: str) -> str:
        return str(self.told[name]["url"])

    def accounts(self) -> list[dict[str, str]]:
        """Sample accounts of both nodes."""
        found: list[dict[str, str]] = []
        for told in self.told.values():
            found += json.loads((Path(told["data"]) / "accounts.json").read_text(encoding="utf-8"))
        return found

    def environment(self, name: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ZIYUAN_") or k == "ZIYUAN_VENV"}
        files = ":".join(str(self.folder / f"{n}.json") for n in NAMES)
        settings = "tests.support.unguarded.settings" if self.unguarded else "ziyuan.site.settings"
        return {
            **kept,
            "PYTHONPATH": ":".join(str(p) for p in (ROOT / "src", ROOT, self.apart) if p),
            "ZIYUAN_NODE": str(self.folder / f"{name}.json"),
            "ZIYUAN_FERRY": files,
            "DJANGO_SETTINGS_MODULE": settings,
            "UNGUARDED": self.unguarded,
            "TMPDIR": str(self.folder / "tmp"),
        }

    def command(self, process: str) -> tuple[str, list[str]]:
        """(node, argv) of a process such as `inner-web` or `ferry`."""
        node, _, part = process.partition("-")
        if process == "ferry":
            return "inner", [sys.executable, "-m", "ziyuan.site.manage", "ferry"]
        if part == "web":
            bind = self.told[node]["bind"]
            gunicorn = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", "-b", bind]
            return node, [*gunicorn, "--timeout", "120", "ziyuan.site.wsgi:application"]
        return node, [sys.executable, "-m", "ziyuan.site.manage", part]

    def start(self, process: str) -> None:
        node, argv = self.command(process)
        with (self.folder / f"{process}.log").open("ab") as log:
            self.running[process] = subprocess.Popen(
                argv,
                env=self.environment(node),
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def processes(self) -> list[str]:
        return [*(f"{n}-{part}" for n in NAMES for part in ("web", "worker", "exchange")), "ferry"]

    def kill(self, process: str) -> None:
        """kill -9 of a process and everything it started."""
        child = self.running[process]
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def manage(self, name: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a platform command against a node."""
        argv = [sys.executable, "-m", "ziyuan.site.cli", *command]
        return subprocess.run(argv, env=self.environment(name), cwd=ROOT, capture_output=True, text=True, check=False)

    def wait(self, name: str) -> None:
        """Until the node answers its health."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url(name)}/api/health", timeout=20) as answer:
                    if json.loads(answer.read())["worker"] == "ok":
                        return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError((self.folder / f"{name}-web.log").read_text(encoding="utf-8")[-3000:])

    def stop(self) -> None:
        for process in list(self.running):
            if self.running[process].poll() is None:
                self.kill(process)
        for told in self.told.values():
            database.drop(told)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(server: dict[str, Any] | None = None, apart: Path | None = None) -> Nodes:
    """Make both nodes, introduce them to each other, provision, start everything, wait until healthy.

    `server`: where their databases are made, when not on the test server. `apart`: packs that they have besides.
    """
    server = server or database.cluster()
    assert server is not None, "没有测试数据库:请用 ./ziyuan test 运行(它会自行准备)。"
    nodes = Nodes(Path(tempfile.mkdtemp(prefix="ziyuan-nodes-")), server, apart=apart)
    (nodes.folder / "tmp").mkdir()
    ports = {name: free_port() for name in NAMES}
    for name in NAMES:
        nodes.told[name] = _told(nodes.folder, name, ports, server)
    try:
        _bring_up(nodes)
    except BaseException:
        nodes.stop()
        raise
    return nodes


def _bring_up(nodes: Nodes) -> None:
    for name in NAMES:
        _write(nodes, name)
        database.create(nodes.told[name])
    for name in NAMES:
        argv = [sys.executable, "-m", "ziyuan.site.manage", "keys"]
        made = subprocess.run(argv, env=nodes.environment(name), cwd=ROOT, capture_output=True, text=True, check=True)
        other = NAMES[1 - NAMES.index(name)]
        nodes.told[other]["peers"] = [{"name": name, "public_key": made.stdout}]
    for name in NAMES:
        _write(nodes, name)
        _provision(nodes, name)
    for process in nodes.processes():
        nodes.start(process)
    for name in NAMES:
        nodes.wait(name)


def _provision(nodes: Nodes, name: str) -> None:
    owner = nodes.folder / f"owner-{name}.json"
    user = f"{nodes.told[name]['database']['name']}_owner"
    owner.write_text(json.dumps({"user": user, "password": database.PASSWORD}), encoding="utf-8")
    argv = [sys.executable, "-m", "ziyuan.site.manage", "provision"]
    env = {**nodes.environment(name), "ZIYUAN_OWNER": str(owner)}
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def _told(folder: Path, name: str, ports: dict[str, int], server: dict[str, Any]) -> dict[str, Any]:
    base = f"ziyuan_test_{os.getpid()}_{folder.name[-8:].lower()}_{name}"
    url = {n: f"http://127.0.0.1:{port}" for n, port in ports.items()}
    return {
        "name": name,
        "zone": name,
        "region": "340000",
        "title": "安徽省自然资源厅(测试)" if name == "inner" else "安徽省自然资源政务服务(测试)",
        "bind": f"127.0.0.1:{ports[name]}",
        "url": url[name],
        "public_url": url["outer"],
        "data": str(folder / name),
        "sample": True,
        "secret_key": secrets.token_urlsafe(32),
        "database": {
            "host": server["host"],
            "port": server["port"],
            "name": base,
            "app": {"user": f"{base}_app", "password": database.PASSWORD},
            "auditor": {"user": f"{base}_auditor", "password": database.PASSWORD},
        },
        "peers": [],
    }


def _write(nodes: Nodes, name: str) -> None:
    path = nodes.folder / f"{name}.json"
    path.write_text(json.dumps(nodes.told[name], ensure_ascii=False), encoding="utf-8")
