"""Prints the operations of one zone's interface as JSON: `python -m tools.reference.zone inner`.

A process of its own for each zone: settings and addresses are read once, from a node file made for this.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def settle(zone: str, folder: Path) -> None:
    """Settings of a node of that zone, without a database."""
    account = {"user": "none", "password": "none"}
    node = {
        "name": zone,
        "zone": zone,
        "region": "340000",
        "title": "接口说明",
        "url": "http://localhost",
        "data": str(folder),
        "secret_key": "none",
        "database": {"host": str(folder), "port": 1, "name": "none", "app": account, "auditor": account},
    }
    path = folder / "node.json"
    path.write_text(json.dumps(node), encoding="utf-8")
    os.environ.update(ZIYUAN_NODE=str(path), DJANGO_SETTINGS_MODULE="ziyuan.site.settings")
    import django

    django.setup()


def operations() -> list[dict[str, Any]]:
    """Method, path, summary, group and openness of every operation, in the contract's order."""
    from ziyuan.portal.api.urls import api

    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    told = {"method": method, "path": f"/api{prefix}{path}".rstrip("/"), "summary": operation.summary}
                    found.append({**told, "group": (operation.tags or router.tags or [""])[0]})
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ziyuan-reference-") as name:
        settle(sys.argv[1], Path(name))
        print(json.dumps(operations(), ensure_ascii=False))
