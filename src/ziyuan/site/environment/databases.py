"""The two nodes' databases and their roles, on our own cluster or on a server somebody else runs."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from ziyuan.site.environment import say
from ziyuan.site.environment.cluster import SUPERUSER, Cluster
from ziyuan.site.environment.errors import BadSetting, DatabaseUnreachable, RightsMissing

OLDEST_SERVER = 150000
ROLES = ("owner", "app", "auditor")
LEAKPROOF = "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF"
CLOSE_LANGUAGES = (
    'REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE sql, plpgsql TO "{}_owner";'
)
FOR_SUPERUSER = f"CREATE EXTENSION postgis; {LEAKPROOF};"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server and the account that sets up there."""

    host: str
    port: int
    user: str
    database: str = "postgres"
    password: str = field(default="", repr=False)
    more: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, cluster: Cluster) -> "Server":
        return cls(str(cluster.socket), cluster.port, SUPERUSER)

    @classmethod
    def at(cls, url: str) -> "Server":
        """The server of a `postgresql://user:password@host:port/database` address. Raises BadSetting."""
        try:
            told = psycopg.conninfo.conninfo_to_dict(url)
        except psycopg.Error as error:
            raise BadSetting("ZIYUAN_DATABASE_URL", _without_password(url), _FORM) from error
        if not told.get("host") or not told.get("user"):
            raise BadSetting("ZIYUAN_DATABASE_URL", _without_password(url), _FORM)
        known = {"host", "port", "user", "dbname", "password"}
        more = tuple((k, str(v)) for k, v in told.items() if k not in known)
        return cls(
            str(told["host"]),
            int(told.get("port") or 5432),
            str(told["user"]),
            str(told.get("dbname") or "postgres"),
            str(told.get("password") or ""),
            more,
        )

    def connect(self, database: str | None = None) -> psycopg.Connection[Any]:
        """An autocommit connection. Raises DatabaseUnreachable."""
        more: dict[str, Any] = {**dict(self.more), **({"password": self.password} if self.password else {})}
        try:
            return psycopg.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                dbname=database or self.database,
                autocommit=True,
                connect_timeout=10,
                **more,
            )
        except psycopg.OperationalError as error:
            raise DatabaseUnreachable(f"{self.host}:{self.port}", str(error).strip()) from error


_FORM = "postgresql://账号:口令@主机:端口/库"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.username or ''}:***@{parts.hostname or ''}{parts.path}"


def name_of(node: str) -> str:
    return f"ziyuan_{node}"


def new_passwords() -> dict[str, str]:
    return {role: secrets.token_urlsafe(24) for role in ROLES}


def require_rights(server: Server, nodes: list[str]) -> None:
    """Name every right the account lacks for making what is not there yet. Raises RightsMissing."""
    with server.connect() as connection:
        lines = missing_rights(connection, server.user, nodes)
    if lines:
        raise RightsMissing(server.user, lines)


def missing_rights(connection: psycopg.Connection[Any], account: str, nodes: list[str]) -> list[str]:
    """One line per missing right: what it is for, and the statement that gives it."""
    lines = []
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        lines.append(f"服务器版本为 {version // 10000},需要 PostgreSQL 15 以上(视图按调用者权限执行)")
    row = connection.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    superuser, may_databases, may_roles = row or (False, False, False)
    wanted = [f"{name_of(node)}_{role}" for node in nodes for role in ROLES]
    if not (superuser or may_databases) and _absent(
        connection, "pg_database", "datname", map(name_of, nodes)
    ):
        lines.append(f'缺 CREATEDB(建库 {"、".join(map(name_of, nodes))}):ALTER ROLE "{account}" CREATEDB;')
    if not (superuser or may_roles) and _absent(connection, "pg_roles", "rolname", wanted):
        lines.append(f'缺 CREATEROLE(建各节点的属主、应用、审计账号):ALTER ROLE "{account}" CREATEROLE;')
    if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone():
        lines.append(
            f"服务器上没有 PostGIS 扩展:请在服务器上安装(Debian:apt-get install postgresql-{version // 10000}-postgis-3)"
        )
    if lines and not superuser:
        lines.append(f"此外,库建好后要由超级用户在每个库中执行:{FOR_SUPERUSER}")
    return lines


def _absent(connection: psycopg.Connection[Any], table: str, column: str, names: Any) -> bool:
    found = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE {} = ANY(%s)").format(
            sql.Identifier(table), sql.Identifier(column)
        ),
        [wanted := list(names)],
    ).fetchone()
    return found is None or found[0] < len(wanted)


def ensure_all(server: Server, passwords: dict[str, dict[str, str]]) -> None:
    """Make every node's database; what is missing in several is told at once. Raises RightsMissing."""
    lines = []
    for node, drawn in passwords.items():
        try:
            ensure(server, node, drawn)
        except RightsMissing as refused:
            lines += refused.lines
    if lines:
        raise RightsMissing(server.user, lines)


def ensure(server: Server, node: str, passwords: dict[str, str]) -> None:
    """Make the node's roles, database and extension; repeating it changes nothing but the passwords."""
    name = name_of(node)
    with server.connect() as connection:
        for role in ROLES:
            _ensure_role(connection, f"{name}_{role}", passwords[role])
        _ensure_database(connection, name)
    with server.connect(name) as connection:
        _fill(connection, server.user, name)


def _ensure_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = (
        "ALTER ROLE {} PASSWORD {}" if exists else "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}"
    )
    connection.execute(sql.SQL(verb).format(sql.Identifier(role), sql.Literal(password)))


def _ensure_database(connection: psycopg.Connection[Any], name: str) -> None:
    owner = sql.Identifier(f"{name}_owner")
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    connection.execute(
        sql.SQL(
            "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        ).format(sql.Identifier(name), owner)
    )


def _fill(connection: psycopg.Connection[Any], account: str, name: str) -> None:
    """Extension, the leakproof mark, the layers' schema, and who may connect."""
    owner, app, auditor = (sql.Identifier(f"{name}_{role}") for role in ROLES)
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except psycopg.errors.InsufficientPrivilege as error:
        line = f"建 PostGIS 扩展要超级用户:请在库 {name} 中执行 {FOR_SUPERUSER}"
        raise RightsMissing(account, [line]) from error
    _mark_leakproof(connection, name)
    _close_languages(connection, name)
    for statement in (
        sql.SQL("CREATE SCHEMA IF NOT EXISTS layers AUTHORIZATION {}").format(owner),
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)),
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), app),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(sql.Identifier(name), owner, auditor),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
    ):
        connection.execute(statement)


def _close_languages(connection: psycopg.Connection[Any], name: str) -> None:
    """Only the owner writes functions; an application that may make temporary tables could else make them there."""
    owner = sql.Identifier(f"{name}_owner")
    try:
        connection.execute("REVOKE USAGE ON LANGUAGE sql, plpgsql FROM PUBLIC")
        connection.execute(sql.SQL("GRANT USAGE ON LANGUAGE sql, plpgsql TO {}").format(owner))
    except psycopg.errors.InsufficientPrivilege:
        say.warn(
            f"应用账号仍可建临时函数(收回要超级用户):请在库 {name} 中执行 {CLOSE_LANGUAGES.format(name)}"
        )


def _mark_leakproof(connection: psycopg.Connection[Any], name: str) -> None:
    """Box comparison may be pushed below row security, or every map query scans the whole table."""
    marked = connection.execute(
        "SELECT bool_and(proleakproof) FROM pg_proc WHERE proname = 'geometry_overlaps' AND pronargs = 2"
        " AND proargtypes[0] = 'geometry'::regtype AND proargtypes[1] = 'geometry'::regtype"
    ).fetchone()
    if marked and marked[0]:
        return
    try:
        connection.execute(LEAKPROOF)
    except psycopg.errors.InsufficientPrivilege:
        say.warn(f"缺 LEAKPROOF 标记(要超级用户),地图查询会很慢:请在库 {name} 中执行 {LEAKPROOF};")


def remove(server: Server, nodes: list[str]) -> None:
    """Drop the nodes' databases and roles."""
    with server.connect() as connection:
        for node in nodes:
            name = name_of(node)
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            for role in ROLES:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_{role}")))
