"""This node: name, zone, region, folders, peers; read once from its file."""

import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ziyuan.kernel.errors import NodeNotConfigured

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Node:
    """A running installation. `data` holds files, lake, spool and keys; `public_url` is the outer site."""

    name: str
    zone: str
    region: str
    title: str
    url: str
    data: Path
    public_url: str = ""
    sample: bool = False
    peers: dict[str, str] = field(default_factory=dict)

    @property
    def is_inner(self) -> bool:
        return self.zone == "inner"

    def folder(self, *names: str) -> Path:
        """A folder below `data`, made when first asked for."""
        path = self.data.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path


@cache
def node_file() -> dict[str, Any]:
    """The node file named by ZIYUAN_NODE. Raises NodeNotConfigured."""
    path = os.environ.get("ZIYUAN_NODE")
    if not path or not Path(path).is_file():
        raise NodeNotConfigured
    return json.loads(Path(path).read_text(encoding="utf-8"))


@cache
def node() -> Node:
    """This node."""
    told = node_file()
    return Node(
        name=told["name"],
        zone=told["zone"],
        region=told["region"],
        title=told["title"],
        url=told["url"],
        data=Path(told["data"]),
        public_url=told.get("public_url") or told["url"],
        sample=bool(told.get("sample")),
        peers={p["name"]: p["public_key"] for p in told.get("peers", [])},
    )


def options(name: str) -> dict[str, Any]:
    """What the node file says of one matter, as `uploads` or `feeds`; empty where it says nothing."""
    return dict(node_file().get(name) or {})


def now() -> datetime:
    """The moment, in Shanghai time: the one place a clock is read."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """The day in Shanghai."""
    return now().date()
