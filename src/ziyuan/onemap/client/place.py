"""Which node to deliver to and as whom, where the command line does not say: the installation that runs here."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from ziyuan.onemap.client.errors import FileUnreadable, NobodyToSignIn, NoInstallation

ROOT = Path(__file__).resolve().parents[4]


def node_url() -> str:
    """Address of the inner node that runs here. Raises NoInstallation."""
    node = _node()
    if node.get("url"):
        return str(node["url"])
    for told in _status().get("nodes", []):
        if told["zone"] == "inner":
            return str(told["url"])
    raise NoInstallation


def account(user: str, password_file: Path | None, county: str) -> tuple[str, str]:
    """User and password: as given, else the sample account of the county's data officer. Raises NobodyToSignIn."""
    if password_file is not None:
        try:
            return user, password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            raise FileUnreadable(str(password_file), "密码文件不可读") from wrong
    if user and os.environ.get("ZIYUAN_PASSWORD"):
        return user, os.environ["ZIYUAN_PASSWORD"]
    for told in _accounts():
        mine = told["user"] == user if user else told["role"] == "data_officer" and told["region"] == county
        if mine and told["node"] == "inner":
            return told["user"], told["password"]
    raise NobodyToSignIn(county)


def _node() -> dict[str, Any]:
    """The node file of this process, where it has one."""
    path = os.environ.get("ZIYUAN_NODE")
    try:
        return dict(json.loads(Path(path).read_text(encoding="utf-8"))) if path else {}
    except (OSError, ValueError):
        return {}


def _accounts() -> list[dict[str, str]]:
    data = _node().get("data")
    if data:
        try:
            return list(json.loads((Path(data) / "accounts.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return []
    return list(_status().get("accounts", []))


def _status() -> dict[str, Any]:
    """What `./ziyuan status --json` says."""
    try:
        done = subprocess.run([str(ROOT / "ziyuan"), "status", "--json"], capture_output=True, text=True, check=False, timeout=60)
        return dict(json.loads(done.stdout))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
