"""A database server for one measurement: durable (fsync and synchronous_commit on), with a node provisioned on it.

It is made in a temporary folder by the same code that makes an installation's, and removed at the end. The measured
matters come as a pack installed apart, as a city's would be: a folder with an entry point, on Python's path.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]


def install_pack(folder: Path, name: str, files: dict[str, str]) -> None:
    """A pack `name` with these texts as an installed distribution in `folder`, for this process and its children."""
    from tests.support import apart

    sys.path.insert(0, str(apart.install(folder, name, files)))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), str(ROOT), str(ROOT / "src"), str(ROOT / "bench")])


@contextmanager
def served(pack: str, files: dict[str, str]) -> Iterator[dict[str, Any]]:
    """A provisioned node with its own durable server and that pack; gives what a plain client needs to connect."""
    from tests.support import database, durable

    server = durable.Server()
    held = tempfile.TemporaryDirectory(prefix="ziyuan-bench-")
    try:
        told = Path(held.name) / "cluster.json"
        told.write_text(json.dumps(server.told()), encoding="utf-8")
        os.environ["ZIYUAN_TEST_CLUSTER"] = str(told)
        install_pack(Path(held.name), pack, files)
        node = json.loads(database.write_node().read_text(encoding="utf-8"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "ziyuan.site.settings"
        import django

        django.setup()
        database.create(node)
        from ziyuan.site.provision import provision

        list(provision())
        _peers_table(node)
        yield _plain(node)
    finally:
        server.stop()
        held.cleanup()


def _peers_table(node: dict[str, Any]) -> None:
    """Where the peers keep their state, in the same database."""
    from tests.support import database

    with database.connect(node, node["database"]["name"]) as connection:
        connection.execute("CREATE TABLE peer_case (id bigint PRIMARY KEY, state text NOT NULL)")
        connection.execute(f"GRANT ALL ON peer_case TO {node['database']['app']['user']}")
        shown = {n: connection.execute(f"SHOW {n}").fetchone()[0] for n in ("fsync", "synchronous_commit")}
    if set(shown.values()) != {"on"}:
        raise SystemExit(f"服务器不是持久提交:{shown}")


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    at = node["database"]
    return {"host": at["host"], "port": at["port"], "dbname": at["name"], "user": at["app"]["user"],
            "password": at["app"]["password"]}  # fmt: skip
