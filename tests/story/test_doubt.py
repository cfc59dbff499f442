"""Someone doubts: one changed byte in each kind of record is found and located by `ziyuan audit verify`.

Many kinds are changed at once, each must be named with its place. Events of a case come alone: what is written from a
broken chain is not looked at any further.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.story.conftest import COUNTY
from tests.support import database
from tests.support import nodes as running

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
    "geometry of a village": (
        "inner", "layers.tdt1057_2020_cjdcq", "geom = ST_Translate(geom, 0.000000002, 0)",
        "known_to IS NULL AND valid_to IS NULL", "版本", "CJDCQ",
    ),
    "edition": ("inner", "onemap_edition", "features = features + 1", "layer LIKE '%XZQ'", "版本", "XZQ"),
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
    "lake file": ("inner", "lake/**/STBHHX/**/*.parquet", "版本", "STBHHX"),
    "stored file": ("inner", "files/*/*", "文件库", ""),
    "package file": ("inner", "spool/done/*.zyp", "交换包", ""),
}
OUTSIDE = {"package taken"}
EVENTS = {"case event", "case event body"}


def report(nodes, node: str) -> list[dict[str, str]]:
    done = nodes.manage(node, "audit", "verify", "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (1 if found else 0), done.stderr
    return found


@pytest.fixture(scope="module", autouse=True)
def at_rest(nodes, decided) -> Iterator[None]:
    """No worker runs: it would seal a changed head into the next checkpoint, which then rightly stays broken."""
    for name in running.NAMES:
        nodes.kill(f"{name}-worker")
    assert (report(nodes, "inner"), report(nodes, "outer")) == ([], [])
    yield
    for name in running.NAMES:
        nodes.start(f"{name}-worker")
        nodes.wait(name)


@contextmanager
def changed_rows(nodes, kinds: Iterable[str]) -> Iterator[None]:
    """One value of one row of each kind is another one, past triggers and row security; then it is as before."""
    with ExitStack() as undo:
        for kind in kinds:
            node, table, change, where, *_ = ROWS[kind]
            there = database.connect(nodes.told[node], nodes.told[node]["database"]["name"])
            undo.callback(there.close)
            there.execute("SET session_replication_role = replica")
            key = _key(there, table)
            chosen = f"(SELECT min({key}) FROM {table} WHERE {where})"
            there.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table} WHERE {key} = {chosen}")
            undo.callback(_put_back, there, table, key)
            changed = there.execute(f"UPDATE {table} SET {change} WHERE {key} = (SELECT {key} FROM kept)")
            assert changed.rowcount == 1, kind
        yield


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


@contextmanager
def changed_files(nodes) -> Iterator[dict[str, Path]]:
    """One bit of one file of each kind is another one; then it is as before."""
    with ExitStack() as undo:
        chosen = {}
        for kind, (node, pattern, *_) in FILES.items():
            path = sorted(p for p in Path(nodes.told[node]["data"]).glob(pattern) if p.is_file())[0]
            body, mode = path.read_bytes(), path.stat().st_mode
            undo.callback(path.chmod, mode)
            undo.callback(path.write_bytes, body)
            path.chmod(0o640)
            path.write_bytes(body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 1]) + body[len(body) // 2 + 1 :])
            chosen[kind] = path
        yield chosen


def unnamed(kinds: Iterable[str], found: list[dict[str, str]]) -> list[str]:
    return [k for k in kinds if not any(f["part"] == ROWS[k][4] and ROWS[k][5] in f["place"] for f in found)]


def test_a_changed_value_of_each_kind_of_row_is_found_and_located(nodes):
    kinds = [k for k in ROWS if k not in EVENTS | OUTSIDE]
    with changed_rows(nodes, kinds):
        found = report(nodes, "inner")
    assert unnamed(kinds, found) == [], found


def test_a_changed_event_of_a_case_is_found_and_located(nodes):
    with changed_rows(nodes, EVENTS):
        found = report(nodes, "inner")
    assert unnamed(EVENTS, found) == [] and len(found) == 2, found


def test_a_changed_bit_of_each_kind_of_file_is_found_and_located(nodes):
    with changed_files(nodes) as chosen:
        found = report(nodes, "inner")
    missed = [
        kind
        for kind, (_, _, part, place) in FILES.items()
        if not any(f["part"] == part and place in f["place"] and (place or _names(f, chosen[kind])) for f in found)
    ]
    assert missed == [], (found, chosen)


def _names(found: dict[str, str], path: Path) -> bool:
    """The report names the file by its digest, or the package by its number."""
    return path.stem.rsplit("-", 1)[-1].lstrip("0") in found["place"]


def test_a_changed_record_of_a_package_outside_is_found_and_located(nodes):
    with changed_rows(nodes, OUTSIDE):
        found = report(nodes, "outer")
    assert unnamed(OUTSIDE, found) == [], found


def test_everything_is_whole_again_afterwards(nodes):
    assert (report(nodes, "inner"), report(nodes, "outer")) == ([], [])
