"""Someone doubts: one changed byte in each kind of record is found and located by `ziyuan audit verify`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.story.conftest import COUNTY
from tests.support import database

pytestmark = pytest.mark.story

# kind → (node, table, column's new value as SQL, which row, part of the report, what its place must name)
ROWS: dict[str, tuple[str, str, str, str, str, str]] = {
    "audit row": (
        "inner", "kernel_auditrow", "actor = overlay(actor placing '某' from 1)", f"chain = '{COUNTY}'", "审计链", COUNTY,
    ),
    "audit head": ("inner", "kernel_audithead", "seq = seq + 1", f"chain = '{COUNTY}'", "审计链", COUNTY),
    "checkpoint": ("inner", "kernel_checkpoint", "root = overlay(root placing 'x' from 1)", "true", "检查点", "检查点"),
    "case event": (
        "inner", "workflow_caseevent", "organ = overlay(organ placing '某' from 1)", "kind = 'completed'", "案件事件链", "事件",
    ),
    "case event body": (
        "inner", "workflow_caseevent", "body = jsonb_set(body, '{decision,opinion}', '\"不同意。\"')", "kind = 'decided'",
        "案件事件链", "事件",
    ),
    "case row": ("inner", "workflow_case", "title = overlay(title placing '某' from 1)", "true", "案件", "title"),
    "task row": ("inner", "workflow_task", "outcome = 'refuse'", "outcome = 'agree'", "案件", "任务"),
    "paper row": ("inner", "workflow_paper", "size = size + 1", "case_id IS NOT NULL AND NOT replaced", "案件", "材料"),
    "effect row": (
        "inner", "workflow_appliedeffect", "decision = overlay(decision placing 'x' from 1)", "true", "案件", "效力",
    ),
    "layer row of a case": (
        "inner", "layers.land_control_2021_xshx", "\"SQDW\" = '某公司'", "known_to IS NULL", "案件", "layer.write",
    ),
    "layer row of an edition": (
        "inner", "layers.tdt1057_2020_dltb", "\"TBMJ\" = \"TBMJ\" + 0.01", "known_to IS NULL AND valid_to IS NULL",
        "版本", "DLTB",
    ),
    "geometry of a patch": (
        "inner", "layers.tdt1057_2020_dltb", "geom = ST_Translate(geom, 0.000000002, 0)",
        "known_to IS NULL AND valid_to IS NULL", "版本", "DLTB",
    ),
    "edition": ("inner", "onemap_edition", "features = features + 1", "layer LIKE '%DLTB'", "版本", "DLTB"),
    "archive record": (
        "inner", "archive_archiverecord", "title = overlay(title placing '某' from 1)", "true", "归档记录", "title",
    ),
    "document": ("inner", "workflow_document", "facts = jsonb_set(facts, '{applicant}', '\"某公司\"')", "true", "案件", "文书"),
    "delivery": ("inner", "onemap_delivery", "file_name = '某.zip'", "state = 'sealed'", "汇交", COUNTY),
    "delivery note": ("inner", "onemap_deliverynote", "text = overlay(text placing '某' from 1)", "true", "汇交", COUNTY),
    "package sent": ("inner", "exchange_outgoing", "head = overlay(head placing 'x' from 1)", "seq = 2", "交换包", "2"),
    "package taken": ("outer", "exchange_incoming", "head = overlay(head placing 'x' from 1)", "seq = 2", "交换包", "2"),
}  # fmt: skip

FILES = {
    "lake file": ("inner", "lake/**/*.parquet", "版本"),
    "stored file": ("inner", "files/*/*", "文件库"),
    "package file": ("inner", "spool/done/*.zyp", "交换包"),
    "document file outside": ("outer", "files/*/*", "文件库"),
}


def report(nodes, node: str) -> list[dict[str, str]]:
    done = nodes.manage(node, "audit", "verify", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (1 if found else 0), done.stderr
    return found


@pytest.fixture(scope="module")
def whole(nodes, decided) -> None:
    assert (report(nodes, "inner"), report(nodes, "outer")) == ([], [])


@pytest.fixture
def books(nodes) -> Callable[[str], Any]:
    """`books("inner")`: that database as its superuser, past triggers and row security."""
    made = []

    def connect(node: str) -> Any:
        connection = database.connect(nodes.told[node], nodes.told[node]["database"]["name"])
        connection.execute("SET session_replication_role = replica")
        made.append(connection)
        return connection

    yield connect
    for connection in made:
        connection.close()


@pytest.mark.parametrize("kind", ROWS)
def test_a_changed_row_is_found_and_located(nodes, whole, books, kind):
    node, table, change, where, part, place = ROWS[kind]
    there = books(node)
    key = _key(there, table)
    chosen = f"(SELECT min({key}) FROM {table} WHERE {where})"
    there.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table} WHERE {key} = {chosen}")
    changed = there.execute(f"UPDATE {table} SET {change} WHERE {key} = (SELECT {key} FROM kept)")
    try:
        assert changed.rowcount == 1
        found = report(nodes, node)
    finally:
        _put_back(there, table, key)
    assert any(f["part"] == part and place in f["place"] for f in found), found


def _put_back(there: Any, table: str, key: str) -> None:
    told = there.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'kept'::regclass AND attnum > 0").fetchall()
    names = ", ".join('"' + name + '"' for (name,) in told if name != key)
    there.execute(f"UPDATE {table} SET ({names}) = (SELECT {names} FROM kept) WHERE {key} = (SELECT {key} FROM kept)")


def _key(there: Any, table: str) -> str:
    """The column that tells rows apart."""
    if table.startswith("layers."):
        return "fid"
    (name,) = there.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indrelid = %s::regclass AND i.indisprimary", [table]
    ).fetchone()  # fmt: skip
    return str(name)


@pytest.mark.parametrize("kind", FILES)
def test_a_changed_byte_of_a_file_is_found_and_located(nodes, whole, kind):
    node, pattern, part = FILES[kind]
    path = sorted(p for p in Path(nodes.told[node]["data"]).glob(pattern) if p.is_file())[0]
    body, mode = path.read_bytes(), path.stat().st_mode
    changed = bytearray(body)
    changed[len(body) // 2] ^= 1
    path.chmod(0o640)
    try:
        path.write_bytes(changed)
        found = report(nodes, node)
    finally:
        path.write_bytes(body)
        path.chmod(mode)
    assert any(f["part"] == part and (path.stem in f["place"] + f["what"] or part == "交换包") for f in found), found


def test_everything_is_whole_again_afterwards(nodes, whole):
    assert (report(nodes, "inner"), report(nodes, "outer")) == ([], [])
