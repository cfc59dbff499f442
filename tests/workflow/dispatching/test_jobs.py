"""A dispatch by several processes is the dispatch of one, whoever is killed on the way."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time

import pytest
from django.conf import settings
from django.db import IntegrityError, connections

from tests.support import database
from tests.workflow.dispatching.test_dispatch import row
from tests.workflow.dispatching.test_dispatch import unscreened as unscreened_in
from tests.workflow.world import CHANGFENG, FEIXI, MATTER
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.dispatching import dispatch as room
from ziyuan.workflow.dispatching import writing
from ziyuan.workflow.dispatching.batch import Dispatch
from ziyuan.workflow.dispatching.dispatch import Report, Row, dispatch
from ziyuan.workflow.errors import DispatchBroken, DispatchRefused
from ziyuan.workflow.models import Case, CaseEvent, Task

SYSTEM = kernel.system_actor
ROWS = [row(n, county=(FEIXI, CHANGFENG, FEIXI)[n % 3]) for n in range(1, 31)]
SEED = int(os.environ.get("ZIYUAN_SEED", "20261126"))
_fork = multiprocessing.get_context("fork")


def _superuser(statement: str) -> list[tuple]:
    with database.connect(settings.NODE, settings.DATABASES["default"]["NAME"]) as server:
        server.execute("SET session_replication_role = 'replica'")
        found = server.execute(statement)
        return found.fetchall() if found.description else []


@pytest.fixture
def unscreened(committed_db, monkeypatch):
    """The matter of the pack without its checks on the map, in a database that really commits; its cases go afterwards."""
    unscreened_in.__wrapped__(None, monkeypatch, None)
    yield
    connections.close_all()
    ours = "(SELECT id FROM workflow_case WHERE outer_no LIKE 'WP-%')"
    for table in ("task", "caseevent", "casepart"):
        _superuser(f"DELETE FROM workflow_{table} WHERE case_id IN {ours}")
    _superuser(f"DELETE FROM workflow_case WHERE id IN {ours}")
    _superuser("DELETE FROM kernel_counter WHERE series LIKE 'case.%'")


def reckon(rows: list[Row] = ROWS) -> list[str]:
    """Each row its case once, whole, its number by the order of lines in its county."""
    found, serial = [], {FEIXI: 0, CHANGFENG: 0}
    with kernel.acting(SYSTEM()):
        cases = {case.outer_no: case for case in Case.objects.filter(outer_no__startswith="WP-")}
        if len(cases) != len(rows):
            found.append(f"{len(cases)} cases of {len(rows)} rows")
        for one in rows:
            serial[one.county] += 1
            case = cases.get(one.no)
            if case is None or not case.no.endswith(f"{serial[one.county]:05d}") or case.county != one.county:
                found.append(f"{one.no}: {case and case.no}")
            elif rebuild(case) != (case.state, case.head):
                found.append(f"{one.no}: rows are not what the events say")
        for table, each in ((CaseEvent, 2), (Task, 1)):
            if table.objects.filter(case__outer_no__startswith="WP-").count() != each * len(rows):
                found.append(f"{table.__name__} lost or doubled")
    return found


def test_all_or_none_holds_for_several_processes(unscreened):
    with pytest.raises(DispatchRefused) as refused:
        dispatch(SYSTEM(), MATTER, [*ROWS[:6], Row(99, "", FEIXI, {})], whole=True, batch=2, jobs=2)
    assert refused.value.facts["faults"] == [{"line": 99, "no": "", "reason": "没有外部编号"}]
    with kernel.acting(SYSTEM()):
        assert not Case.objects.filter(outer_no__startswith="WP-").exists()
    assert dispatch(SYSTEM(), MATTER, ROWS[:6], whole=True, batch=2, jobs=2).opened == 6
    assert reckon(ROWS[:6]) == []


def _fails(*_: object) -> None:
    raise ValueError("写不进去")


@pytest.mark.parametrize(("way", "said"), [(_fails, "写不进去"), (lambda *_: os._exit(1), "工作进程中断")])
def test_what_no_other_process_would_do_better_ends_the_dispatch_and_says_why(unscreened, monkeypatch, way, said):
    monkeypatch.setattr(writing, "write", way)
    with pytest.raises(DispatchBroken, match=said):
        dispatch(SYSTEM(), MATTER, ROWS, batch=5, jobs=2)
    assert multiprocessing.active_children() == []
    assert len(reckon()) > 30, "nothing was opened"


def test_two_processes_open_what_one_would_and_tell_bad_rows_by_their_lines(unscreened):
    told: list[int] = []
    bad = [Row(40, "", FEIXI, {}), row(3), Row(42, "WP-42", FEIXI, {"strange": 1})]
    given = [*ROWS[:10], bad[0], *ROWS[10:20], *bad[1:], *ROWS[20:]]
    given = [Row(n, one.no, one.county, one.form, one.site) for n, one in enumerate(given, start=1)]
    report = dispatch(SYSTEM(), MATTER, given, batch=4, jobs=2, progress=lambda report: told.append(report.opened))
    assert (report.opened, report.known) == (30, 0)
    assert [(f["line"], f["reason"]) for f in report.faults] == [
        (11, "没有外部编号"), (22, "外部编号“WP-0003”与第 3 行重复"), (23, "表单中没有字段“strange”"),
    ]  # fmt: skip
    assert told == sorted(told) and told[-1] == 30 and len(told) == 9
    assert reckon() == []
    again = dispatch(SYSTEM(), MATTER, ROWS, batch=4, jobs=3)
    assert (again.opened, again.known, multiprocessing.active_children()) == (0, 30, [])


@pytest.mark.parametrize("lost", ["worker", "connection"])
def test_when_processes_or_their_connections_are_killed_others_take_their_batches_again(unscreened, lost):
    chance, mine = random.Random(SEED), os.getpid()
    killed: list[int] = []

    def kill(report: Report) -> None:
        time.sleep(chance.random() * 0.05)
        assert os.getpid() == mine
        if lost == "worker":
            victim = chance.choice(multiprocessing.active_children())
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(victim.pid)
        else:
            connections["default"].ensure_connection()
            user, own = settings.DATABASES["default"]["USER"], connections["default"].connection.info.backend_pid
            theirs = f"FROM pg_stat_activity WHERE usename = '{user}' AND pid <> {own} LIMIT 1"
            ended = _superuser(f"SELECT pg_terminate_backend(pid) {theirs}")
            killed.extend(1 for (one,) in ended if one)

    report = dispatch(SYSTEM(), MATTER, ROWS, batch=3, jobs=2, progress=kill)
    assert (report.opened + report.known, report.faults) == (30, [])
    assert len(killed) >= 5
    assert reckon() == []


def test_killed_with_its_parent_gone_nobody_writes_on_and_run_again_every_row_has_its_case_once(unscreened):
    chance, opened = random.Random(SEED), -1

    def whole() -> None:
        connections.close_all()
        dispatch(SYSTEM(), MATTER, ROWS, batch=2, jobs=2)

    for _ in range(4):
        connections.close_all()
        parent = _fork.Process(target=whole)
        parent.start()
        time.sleep(0.1 + chance.random() * 0.4)
        parent.kill()
        parent.join()
        assert _alone(), "a process of a lost parent still works"
        with kernel.acting(SYSTEM()):
            before, opened = opened, Case.objects.filter(outer_no__startswith="WP-").count()
        assert opened >= before
    connections.close_all()
    report = dispatch(SYSTEM(), MATTER, ROWS, batch=2, jobs=2)
    assert (report.opened, report.known) == (30 - opened, opened)
    assert reckon() == []


def _alone() -> bool:
    """Soon nobody but us is connected as the application."""
    connections.close_all()
    user, end = settings.DATABASES["default"]["USER"], time.monotonic() + 30
    while time.monotonic() < end:
        if _superuser(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'") == [(0,)]:
            return True
        time.sleep(0.02)
    return False


def _two_at_once() -> Report:
    """A batch whose cases another dispatch opens after it was read and before it has the lock."""

    def other() -> None:
        Dispatch(SYSTEM(), room.runtime(MATTER)).take(ROWS[:5])
        connections.close_all()

    def turn() -> None:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    return Dispatch(SYSTEM(), room.runtime(MATTER)).take(ROWS[:8], turn=turn)


def test_two_dispatches_of_one_list_at_once_open_every_case_once(unscreened):
    report = _two_at_once()
    assert (report.opened, report.known) == (3, 5)
    assert reckon(ROWS[:8]) == []


def test_without_asking_again_under_the_lock_the_second_of_two_would_fail_whole(unscreened, monkeypatch):
    """Negative control: what was read before the lock is no longer so."""
    real, asked = Dispatch._unknown, []

    def once(self, rows, report):
        asked.append(rows)
        return real(self, rows, report) if isinstance(rows[0], Row) else rows

    monkeypatch.setattr(Dispatch, "_unknown", once)
    with pytest.raises(IntegrityError):
        _two_at_once()
    assert "5 cases of 8 rows" in reckon(ROWS[:8])
