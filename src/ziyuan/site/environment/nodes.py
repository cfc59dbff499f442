"""The node files: who each node is, where it keeps what, and which keys it knows of the other."""

import json
import secrets
import subprocess
from pathlib import Path
from typing import Any

from ziyuan.site.environment import databases, say, users
from ziyuan.site.environment import place as places
from ziyuan.site.environment.databases import Server
from ziyuan.site.environment.errors import StepFailed
from ziyuan.site.environment.place import Place
from ziyuan.site.environment.settings import NODES, Settings

REGION = "340000"
TITLES = {"inner": "安徽省自然资源厅(示例)", "outer": "安徽省自然资源网上办事大厅(示例)"}
FOLDERS = ("files", "lake", "upload", "keys", "spool/in", "spool/out", "spool/bad", "spool/done")


def ensure(place: Place, settings: Settings, server: Server) -> None:
    """Write both node files, make the keys and introduce the nodes to each other."""
    for name in NODES:
        places.folder(place.data(name), user=place.service_user, mode=0o750)
        for part in FOLDERS:
            _folders(place, place.data(name), part)
        _write(place, name, _told(place, settings, server, name, peers=[]))
    public = {name: _public_key(place, name) for name in NODES}
    for name in NODES:
        peers = [{"name": other, "public_key": public[other]} for other in NODES if other != name]
        _write(place, name, _told(place, settings, server, name, peers))


def known(place: Place, name: str) -> dict[str, Any]:
    """The node file as written last time; empty before."""
    try:
        return json.loads(place.node_file(name).read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError):
        return {}


def passwords(place: Place, name: str) -> dict[str, str]:
    """Passwords of the node's database roles, drawn once."""
    path = place.secrets / f"database-{name}.json"
    if not path.is_file():
        places.keep(path, json.dumps(databases.new_passwords()))
    return json.loads(path.read_text(encoding="utf-8"))


def owner_file(place: Place, name: str) -> Path:
    """Owner account for one provisioning run, readable by the service user; the caller removes it."""
    path = place.run / f"owner-{name}.json"
    told = {"user": f"{databases.name_of(name)}_owner", "password": passwords(place, name)["owner"]}
    places.keep(path, json.dumps(told), user=place.service_user)
    return path


def accounts(place: Place) -> list[dict[str, str]]:
    """The sample accounts of both nodes: user, password, role, region, node."""
    found: list[dict[str, str]] = []
    for name in NODES:
        path = place.data(name) / "accounts.json"
        if path.is_file():
            found += json.loads(path.read_text(encoding="utf-8"))
    return found


def _told(
    place: Place, settings: Settings, server: Server, name: str, peers: list[dict[str, str]]
) -> dict[str, Any]:
    drawn = passwords(place, name)
    database = databases.name_of(name)
    account = {
        role: {"user": f"{database}_{role}", "password": drawn[role]}
        for role in databases.ROLES
        if role != "owner"
    }
    return {
        "name": name,
        "zone": name,
        "region": REGION,
        "title": TITLES[name],
        "bind": f"127.0.0.1:{settings.port(name)}",
        "url": settings.url(name),
        "public_url": settings.url("outer"),
        "data": str(place.data(name)),
        "upload_temp": str(place.data(name) / "upload"),
        "sample": True,
        "secret_key": known(place, name).get("secret_key") or secrets.token_urlsafe(48),
        "database": {"host": server.host, "port": server.port, "name": database, **account},
        "peers": peers,
    }


def _write(place: Place, name: str, told: dict[str, Any]) -> None:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    places.keep(place.node_file(name), text, user=place.service_user)


def _folders(place: Place, root: Path, part: str) -> None:
    path = root
    for name in part.split("/"):
        path = places.folder(path / name, user=place.service_user, mode=0o750)


def _public_key(place: Place, name: str) -> str:
    """Make the node's SM2 key pair where it has none; returns the public key (PEM)."""
    made = subprocess.run(
        [str(place.python), "-m", "ziyuan.site.manage", "keys"],
        env=users.surroundings(place, ZIYUAN_NODE=str(place.node_file(name))),
        capture_output=True,
        text=True,
        check=False,
        cwd=place.app,
        **say.as_user(place.service_user),
    )
    if made.returncode:
        log = place.logs / "provision.log"
        log.write_text(made.stderr, encoding="utf-8")
        raise StepFailed(f"生成 {name} 节点的 SM2 密钥", log, say.tail(log))
    return made.stdout
