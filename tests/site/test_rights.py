"""What the database itself refuses: every table is protected or explained, and each account may what it needs."""

import json
import os
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from tests.support import database
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.site import rights

# Tables without row security, each with the reason why no region's facts can leak from it.
OPEN = {
    "django_migrations": "结构版本",
    "spatial_ref_sys": "PostGIS 的坐标系目录",
    "layer_registry": "图层目录,来自公开的标准文本",
    "kernel_region": "公开的行政区划代码",
    "kernel_organ": "机构名录",
    "kernel_organterm": "机构的名称和上级",
    "kernel_membership": "人员在哪个处室;登录时尚无行政区",
    "kernel_person": "登录时尚无行政区;口令只存 Argon2id 摘要,审计账号不可读",
    "kernel_post": "登录时尚无行政区;岗位名称",
    "kernel_standing": "人员、岗位、机构变动的标记,一个随机数,不含内容",
    "kernel_session": "登录时尚无行政区;只存令牌的 SM3,审计账号不可读",
    "kernel_counter": "编号计数,不含内容",
    "kernel_event": "由后台任务按节点身份分发,接口不读",
    "kernel_receipt": "事件回执,不含内容",
    "kernel_storedfile": "按内容摘要存放;由指向它的行决定谁可读",
    "kernel_checkpoint": "各链链首的散列,不含内容",
    "workflow_command": "已执行的命令编号,不含内容",
    "workflow_matterversion": "办过的事项版本的公开文本(流程、决策表、表单),不含案件内容",
    "exchange_incoming": "交换流水,由节点自身读写",
    "exchange_outgoing": "交换流水,由节点自身读写",
    "portal_guess": "查询码错误次数,按带密钥摘要的槽位计数",
    "procrastinate_jobs": "任务队列,由节点自身读写",
    "procrastinate_events": "任务队列",
    "procrastinate_periodic_defers": "任务队列",
    "procrastinate_workers": "任务队列",
}
TABLES = """
SELECT n.nspname || '.' || c.relname, c.relrowsecurity AND c.relforcerowsecurity, c.relkind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""


def _superuser():
    told = json.loads(Path(os.environ["ZIYUAN_NODE"]).read_text(encoding="utf-8"))
    return database.connect(told, told["database"]["name"])


@pytest.fixture
def every_table(db):
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return cursor.fetchall()


def test_every_table_is_protected_by_forced_row_security_or_explained(every_table):
    unprotected = {name.split(".")[1] for name, guarded, kind in every_table if not guarded and kind in "rp"}
    assert unprotected <= OPEN.keys()
    assert OPEN.keys() <= {name.split(".")[1] for name, _, _ in every_table}, "an explanation for no table"


def test_the_only_views_are_those_of_postgis(every_table):
    """A view runs with its owner's rights unless it is marked otherwise: none of ours exists."""
    assert {name for name, _, kind in every_table if kind in "vmf"} == {
        "public.geometry_columns",
        "public.geography_columns",
    }


def test_the_application_deletes_and_rewrites_only_where_it_must(every_table):
    queue = {name for name, _, _ in every_table if name.startswith("public.procrastinate_")}
    expected = {
        "DELETE": {*rights.DELETABLE, *queue},
        "TRUNCATE": set(),
        "REFERENCES": set(),
        "TRIGGER": set(),
    }
    never_rewritten = {*rights.APPEND_ONLY, *rights.READ_ONLY, "public.kernel_auditrow"}
    with connection.cursor() as cursor:
        for right, wanted in expected.items():
            cursor.execute(f"SELECT name FROM ({TABLES}) t(name, a, b) WHERE has_table_privilege(name, '{right}')")
            assert (right, {name for (name,) in cursor.fetchall()}) == (right, wanted)
        cursor.execute(f"SELECT name FROM ({TABLES}) t(name, a, b) WHERE has_any_column_privilege(name, 'UPDATE')")
        assert not never_rewritten & {name for (name,) in cursor.fetchall()}
        cursor.execute(f"SELECT name FROM ({TABLES}) t(name, a, b) WHERE has_any_column_privilege(name, 'INSERT')")
        assert not set(rights.READ_ONLY) & {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TABLE layers.mine (a int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
        "DO 'BEGIN END'",
        "ALTER TABLE kernel_auditrow DISABLE TRIGGER audit_never",
        "ALTER TABLE onemap_delivery NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY region_read ON onemap_delivery",
        "TRUNCATE kernel_auditrow",
        "SET row_security = off; SELECT * FROM onemap_delivery",
        "SELECT layers.guard('layer_registry')",
        "SELECT layers.grow('layer_registry', 'x', 'y', '')",
        "COPY kernel_region TO PROGRAM 'cat'",
    ],
)
def test_the_application_changes_neither_structure_nor_policies(db, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_auditor_may_select_the_audit_and_nothing_else(committed_db):
    readable = (
        f"SELECT name FROM ({TABLES}) t(name, a, b) WHERE CASE"
        " WHEN has_schema_privilege(split_part(name, '.', 1), 'USAGE')"
        " THEN has_any_column_privilege(name, 'SELECT') AND NOT has_table_privilege('public', name, 'SELECT') END"
    )
    with kernel.acting(kernel.system_actor(), using=kernel.AUDITOR), connections[kernel.AUDITOR].cursor() as cursor:
        cursor.execute(readable)
        assert {name for (name,) in cursor.fetchall()} == set(rights.AUDITED)
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute(
                f"SELECT count(*) FROM ({TABLES}) t(name, a, b) WHERE CASE"
                " WHEN has_schema_privilege(split_part(name, '.', 1), 'USAGE')"
                f" THEN has_table_privilege(name, '{right}') END"
            )
            assert cursor.fetchone() == (0,)


@pytest.fixture
def two_chains(committed_db, make_actor):
    """Acts in two counties; what the superuser, whom no policy binds, counts by chain is the oracle."""
    for county in ("340123", "341124"):
        with kernel.acting(kernel.system_actor()):
            kernel.record(make_actor("data_officer", county), "test.right", on=("thing", county))
    with _superuser() as server:
        return dict(server.execute("SELECT chain, count(*) FROM kernel_auditrow GROUP BY 1").fetchall())


PARALLEL = ("SET LOCAL force_parallel_mode = on", "SET LOCAL parallel_setup_cost = 0", "SET LOCAL parallel_tuple_cost = 0",
            "SET LOCAL min_parallel_table_scan_size = 0")  # fmt: skip


@pytest.mark.parametrize("parallel", [False, True], ids=["serial", "parallel"])
@pytest.mark.parametrize("region", ["340123", "340100", "341124", "341100", "340000", "340202"])
def test_an_auditor_sees_the_chains_and_heads_of_his_region(two_chains, make_actor, region, parallel):
    head = {"000": 2, "00": 4}.get(region[3:] if region.endswith("0000") else region[4:], 6)
    expected = {chain: n for chain, n in two_chains.items() if chain.startswith(region[:head])}
    with (
        kernel.acting(make_actor("auditor", region), using=kernel.AUDITOR),
        connections[kernel.AUDITOR].cursor() as cursor,
    ):
        for statement in PARALLEL if parallel else ():
            cursor.execute(statement)
        cursor.execute("SELECT chain, count(*) FROM kernel_auditrow GROUP BY 1")
        assert dict(cursor.fetchall()) == expected
        cursor.execute("SELECT chain FROM kernel_audithead")
        assert {chain for (chain,) in cursor.fetchall()} == expected.keys()
    with connections[kernel.AUDITOR].cursor() as cursor:  # the same pooled connection, nobody acting
        cursor.execute("SELECT count(*) FROM kernel_auditrow")
        assert cursor.fetchone() == (0,)


@pytest.fixture
def account(request):
    """A database account that row security would not bind, in the place of the application's."""
    name, owner = f"wrong_{os.getpid()}", connections["owner"].settings_dict["USER"]
    with _superuser() as server:
        server.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {request.param.format(owner=owner)}")
    yield {"USER": name, "PASSWORD": "x"}
    with _superuser() as server:
        server.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("account", ["SUPERUSER", "BYPASSRLS", 'IN ROLE "{owner}"'], indirect=True)
def test_a_connection_that_row_security_does_not_bind_is_closed_before_it_reads(committed_db, account):
    other = connection.copy(alias="default")
    other.settings_dict = {**other.settings_dict, **account}
    for _ in range(2):
        with pytest.raises(errors.UnsafeRole):
            other.ensure_connection()
        assert other.connection is None
