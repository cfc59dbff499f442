"""The two running nodes and their sample accounts, as the installation wrote them down."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ziyuan.site.demo.errors import NodesUnknown
from ziyuan.site.sample.client import Client, account_of

Accounts = list[dict[str, str]]


@dataclass(frozen=True)
class Nodes:
    """Addresses and accounts."""

    inner: str
    outer: str
    accounts: Accounts
    files: tuple[Path, ...]  # node files, inner first

    def office(self, role: str, region: str) -> Client:
        """A member of staff, signed in at the inner node."""
        account = account_of(self.accounts, role, region)
        return Client(self.inner, account["user"], account["password"])

    def applicant(self) -> Client:
        """The sample company, signed in at the outer node."""
        account = account_of(self.accounts, "applicant", "340000")
        return Client(self.outer, account["user"], account["password"])


def find(folder: Path | None) -> Nodes:
    """The nodes described in `folder`, by default beside the node file in force. Raises NodesUnknown."""
    named = os.environ.get("ZIYUAN_NODE")
    where = folder or (Path(named).parent if named else Path(".ziyuan/nodes"))
    told = {}
    for file in sorted(where.glob("*.json")) if where.is_dir() else []:
        node = json.loads(file.read_text(encoding="utf-8"))
        told[node.get("zone")] = (file, node)
    if not {"inner", "outer"} <= told.keys():
        raise NodesUnknown(where)
    accounts: Accounts = []
    for zone in ("inner", "outer"):
        listed = Path(told[zone][1]["data"]) / "accounts.json"
        accounts += json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else []
    return Nodes(
        told["inner"][1]["url"], told["outer"][1]["url"], accounts, (told["inner"][0], told["outer"][0])
    )
