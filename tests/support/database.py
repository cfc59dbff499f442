"""A database of its own for one test run: made, provisioned by the owner role, dropped at the end."""

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = secrets.token_urlsafe(12)


def cluster() -> dict[str, Any] | None:
    """Where the test server is: the file named by ZIYUAN_TEST_CLUSTER, or the one `./ziyuan test` leaves."""
    path = Path(os.environ.get("ZIYUAN_TEST_CLUSTER", ROOT / ".ziyuan" / "test-cluster.json"))
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def write_node(zone: str = "inner") -> Path:
    """A node file in a fresh folder; sets ZIYUAN_NODE and ZIYUAN_OWNER for this process."""
    folder = Path(tempfile.mkdtemp(prefix="ziyuan-test-"))
    server = cluster() or {"host": "/nonexistent", "port": 5432}
    name = f"ziyuan_test_{os.getpid()}"
    told = {
        "name": zone,
        "zone": zone,
        "region": "340000",
        "title": "安徽省自然资源厅(测试)",
        "bind": "127.0.0.1:0",
        "url": "http://127.0.0.1",
        "hosts": ["*"],
        "data": str(folder / "data"),
        "sample": True,
        "secret_key": secrets.token_urlsafe(32),
        "database": {
            "host": server["host"],
            "port": server["port"],
            "name": name,
            "app": {"user": f"{name}_app", "password": PASSWORD},
            "auditor": {"user": f"{name}_auditor", "password": PASSWORD},
        },
        "peers": [],
    }
    path = folder / "node.json"
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    owner = folder / "owner.json"
    owner.write_text(json.dumps({"user": f"{name}_owner", "password": PASSWORD}), encoding="utf-8")
    os.environ["ZIYUAN_NODE"], os.environ["ZIYUAN_OWNER"] = str(path), str(owner)
    return path


def connect(told: dict[str, Any], name: str = "postgres") -> psycopg.Connection[Any]:
    """The server of a node file, as its superuser."""
    at, server = told["database"], cluster()
    assert server is not None
    extra = {"password": server["password"]} if server.get("password") else {}
    return psycopg.connect(
        host=at["host"], port=at["port"], user=server["superuser"], dbname=name, autocommit=True, **extra
    )


def create(told: dict[str, Any]) -> None:
    """Roles as in production (owner, application, auditor; none a superuser), database, PostGIS."""
    name = told["database"]["name"]
    roles = [f"{name}_owner", f"{name}_app", f"{name}_auditor"]
    with connect(told) as server:
        for role in roles:
            server.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(PASSWORD)
                )
            )
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'").format(
                sql.Identifier(name), sql.Identifier(roles[0])
            )
        )
    with connect(told, name) as database:
        database.execute("CREATE EXTENSION postgis")
        database.execute("ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF")
        database.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(roles[0])))
        database.execute("REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC")
        database.execute(sql.SQL("GRANT USAGE ON LANGUAGE sql, plpgsql TO {}").format(sql.Identifier(roles[0])))
        database.execute("CREATE SCHEMA layers")
        database.execute(sql.SQL("ALTER SCHEMA layers OWNER TO {}").format(sql.Identifier(roles[0])))


def drop(told: dict[str, Any]) -> None:
    """Remove the database and its roles."""
    name = told["database"]["name"]
    with connect(told) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in ("owner", "app", "auditor"):
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{role}")))
