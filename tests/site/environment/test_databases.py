"""Databases, roles and rights, on a real private cluster."""

import psycopg
import pytest

from ziyuan.site.environment import databases
from ziyuan.site.environment.databases import Server
from ziyuan.site.environment.errors import BadSetting, DatabaseUnreachable, RightsMissing

PASSWORDS = {"owner": "o-secret", "app": "a-secret", "auditor": "u-secret"}


@pytest.fixture(scope="module")
def two_nodes(server: Server) -> Server:
    for node in ("inner", "outer"):
        databases.ensure(server, node, PASSWORDS)
    return server


def as_role(server: Server, node: str, role: str, password: str, database: str = "") -> psycopg.Connection:
    return psycopg.connect(
        host=server.host,
        port=server.port,
        user=f"ziyuan_{node}_{role}",
        password=password,
        dbname=database or f"ziyuan_{node}",
        autocommit=True,
    )


def one(connection: psycopg.Connection, query: str):
    row = connection.execute(query).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(
    ("setting", "value"),
    [("fsync", "on"), ("full_page_writes", "on"), ("data_checksums", "on"), ("synchronous_commit", "on")],
)
def test_the_private_cluster_is_durable(server: Server, setting: str, value: str) -> None:
    with server.connect() as connection:
        assert one(connection, f"SHOW {setting}") == value


def test_the_private_cluster_opens_no_network_port(server: Server) -> None:
    with server.connect() as connection:
        assert one(connection, "SHOW listen_addresses") == ""


def test_making_a_database_twice_changes_nothing(two_nodes: Server) -> None:
    databases.ensure(two_nodes, "inner", PASSWORDS)
    with two_nodes.connect("ziyuan_inner") as connection:
        assert one(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'postgis'") == 1


def test_codes_sort_by_byte_and_text_is_utf8(two_nodes: Server) -> None:
    with two_nodes.connect("ziyuan_inner") as connection:
        assert one(connection, "SELECT datcollate FROM pg_database WHERE datname = 'ziyuan_inner'") == "C"
        assert one(connection, "SHOW server_encoding") == "UTF8"


def test_box_comparison_is_marked_leakproof(two_nodes: Server) -> None:
    with two_nodes.connect("ziyuan_outer") as connection:
        assert one(
            connection,
            "SELECT proleakproof FROM pg_proc WHERE oid = 'geometry_overlaps(geometry, geometry)'::regprocedure",
        )


@pytest.mark.parametrize("role", ["owner", "app", "auditor"])
def test_no_role_of_a_node_stands_above_row_security(two_nodes: Server, role: str) -> None:
    with as_role(two_nodes, "inner", role, PASSWORDS[role]) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)


def test_a_role_of_one_node_cannot_enter_the_other(two_nodes: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        as_role(two_nodes, "inner", "app", PASSWORDS["app"], database="ziyuan_outer")


def test_a_wrong_password_is_refused(two_nodes: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        as_role(two_nodes, "inner", "app", "guess")


@pytest.mark.parametrize("schema", ["public", "layers"])
def test_the_application_role_makes_no_tables_and_no_functions(two_nodes: Server, schema: str) -> None:
    with as_role(two_nodes, "inner", "app", PASSWORDS["app"]) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"CREATE TABLE {schema}.mine (a int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"CREATE FUNCTION {schema}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")


def test_the_owner_makes_tables_in_both_schemas(two_nodes: Server) -> None:
    with as_role(two_nodes, "inner", "owner", PASSWORDS["owner"]) as connection:
        for schema in ("public", "layers"):
            connection.execute(f"CREATE TABLE {schema}.t (a int)")
            connection.execute(f"DROP TABLE {schema}.t")


def test_every_missing_right_is_named_with_its_remedy(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE ROLE bare LOGIN PASSWORD 'x'")
    account = Server(server.host, server.port, "bare", password="x")
    with pytest.raises(RightsMissing) as refused:
        databases.require_rights(account, ["third"])
    assert "CREATEDB" in refused.value.message
    assert 'ALTER ROLE "bare" CREATEROLE;' in refused.value.message


def test_an_account_without_superuser_is_told_who_must_make_the_extension(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'x'")
    account = Server(server.host, server.port, "maker", password="x")
    databases.require_rights(account, ["fourth"])
    with pytest.raises(RightsMissing) as refused:
        databases.ensure_all(account, {"fourth": PASSWORDS, "sixth": PASSWORDS})
    assert ["ziyuan_fourth" in line or "ziyuan_sixth" in line for line in refused.value.lines] == [True, True]
    assert all("CREATE EXTENSION postgis; ALTER FUNCTION" in line for line in refused.value.lines)


def test_once_the_extension_is_there_an_ordinary_account_finishes_and_hears_of_leakproof(
    server: Server, capsys
) -> None:
    with server.connect() as connection:
        connection.execute("CREATE ROLE second LOGIN CREATEDB CREATEROLE PASSWORD 'x'")
    account = Server(server.host, server.port, "second", password="x")
    with pytest.raises(RightsMissing):
        databases.ensure(account, "fifth", PASSWORDS)
    with server.connect("ziyuan_fifth") as connection:
        connection.execute("CREATE EXTENSION postgis")
    databases.ensure(account, "fifth", PASSWORDS)
    assert "LEAKPROOF" in capsys.readouterr().err
    with as_role(server, "fifth", "app", PASSWORDS["app"]) as connection:
        assert one(connection, "SELECT current_database()") == "ziyuan_fifth"


def test_removing_leaves_no_database_and_no_role(server: Server) -> None:
    databases.ensure(server, "gone", PASSWORDS)
    databases.remove(server, ["gone"])
    with server.connect() as connection:
        assert one(connection, "SELECT count(*) FROM pg_database WHERE datname = 'ziyuan_gone'") == 0
        assert one(connection, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ziyuan_gone_%'") == 0


def test_an_address_is_taken_apart() -> None:
    server = Server.at("postgresql://zy:pa%40ss@db.example:6432/ops")
    assert (server.host, server.port, server.user, server.password, server.database) == (
        "db.example",
        6432,
        "zy",
        "pa@ss",
        "ops",
    )


@pytest.mark.parametrize("url", ["mysql://a:topsecret@b/c", "postgresql:///ops", "nonsense"])
def test_an_unusable_address_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Server.at(url)
    assert "topsecret" not in refused.value.message


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1:1"):
        Server.at("postgresql://zy:x@127.0.0.1:1/ops").connect()
