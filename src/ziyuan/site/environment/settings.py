"""What the person may choose: ports and the database server. Chosen once, remembered by the installation."""

import argparse
import json
import os
import socket
from dataclasses import asdict, dataclass
from typing import Any

from ziyuan.site.environment import place as places
from ziyuan.site.environment.errors import BadSetting, PortBusy
from ziyuan.site.environment.place import Place

NODES = ("inner", "outer")


@dataclass(frozen=True)
class Settings:
    """The choices in force."""

    port_inner: int = 8100
    port_outer: int = 8200
    port_database: int = 0
    database_url: str = ""

    def port(self, node: str) -> int:
        return {"inner": self.port_inner, "outer": self.port_outer}[node]

    def url(self, node: str) -> str:
        return f"http://127.0.0.1:{self.port(node)}"


def chosen(place: Place, options: argparse.Namespace) -> Settings:
    """Command line before environment before what was chosen last time. Raises BadSetting."""
    told: dict[str, Any] = asdict(saved(place))
    for name in told:
        given = getattr(options, name, None)
        value = given if given is not None else os.environ.get(f"ZIYUAN_{name.upper()}")
        if value is not None:
            told[name] = value if name == "database_url" else _port(name, value)
    if told["port_inner"] == told["port_outer"]:
        raise BadSetting("--port-outer", str(told["port_outer"]), "与内网节点不同的端口")
    return Settings(**told)


def saved(place: Place) -> Settings:
    path = place.state / "settings.json"
    try:
        return Settings(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, PermissionError):
        return Settings()


def save(place: Place, settings: Settings) -> None:
    places.keep(place.state / "settings.json", json.dumps(asdict(settings)))


def require_free(settings: Settings) -> None:
    """Nobody else listens on the nodes' ports. Raises PortBusy."""
    for node in NODES:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.port(node)))
            except OSError as error:
                raise PortBusy(node, settings.port(node), f"--port-{node}") from error


def _port(name: str, value: Any) -> int:
    try:
        number = int(value)
    except ValueError:
        number = -1
    if not (0 <= number <= 65535 if name == "port_database" else 1 <= number <= 65535):
        raise BadSetting(name, str(value), "1 至 65535 的端口号")
    return number
