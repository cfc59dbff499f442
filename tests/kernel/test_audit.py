"""The record is whole, or the first place where it is not is named."""

import pytest
from django.db import connections

from ziyuan.kernel import service as kernel
from ziyuan.kernel.audit.record import GENESIS, row_hash
from ziyuan.kernel.audit.verify import verify_chains, verify_checkpoints, verify_stored_files
from ziyuan.kernel.models import AuditRow

OWNER = "owner"


@pytest.fixture
def chain(committed_db, make_actor, request):
    """Five acts in a chain of their own; removed again by the owner, who alone can."""
    county = {"one": "340102"}.get(getattr(request, "param", ""), "340103")
    actor = make_actor("data_officer", county)
    for n in range(5):
        with kernel.acting(actor):
            kernel.record(actor, "test.act", on=("thing", n), before={"n": n}, after={"n": n + 1}, note="说明")
    yield county
    _as_owner(f"DELETE FROM kernel_auditrow WHERE chain = '{county}'")
    _as_owner(f"DELETE FROM kernel_audithead WHERE chain = '{county}'")
    _as_owner("DELETE FROM kernel_checkpoint")


def _as_owner(statement):
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditrow DISABLE TRIGGER audit_never")
        cursor.execute("ALTER TABLE kernel_auditrow NO FORCE ROW LEVEL SECURITY")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE kernel_auditrow FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE kernel_auditrow ENABLE TRIGGER audit_never")


def _faults():
    with kernel.acting(kernel.system_actor(), using=kernel.AUDITOR), kernel.acting(kernel.system_actor()):
        return [*verify_chains(), *verify_checkpoints()]


def test_an_untouched_chain_is_whole(chain):
    kernel.checkpoint(force_signature=True)
    assert _faults() == []


@pytest.mark.parametrize("column", ["actor", "organ", "action", "object_id", "after_sm3", "prev", "h", "region"])
def test_one_changed_character_in_any_column_is_found_and_located(chain, column):
    change = f"{column} = overlay({column} placing '~' from 1 for 1)"
    _as_owner(f"UPDATE kernel_auditrow SET {change} WHERE chain = '{chain}' AND seq = 3")
    assert any(f.place.startswith(f"{chain} 第 3 条") for f in _faults())


def test_a_changed_detail_or_time_is_found(chain):
    _as_owner(f"""UPDATE kernel_auditrow SET detail = '{{"note": "改过"}}' WHERE chain = '{chain}' AND seq = 2""")
    _as_owner(f"UPDATE kernel_auditrow SET at = at + interval '1 microsecond' WHERE chain = '{chain}' AND seq = 4")
    places = {f.place for f in _faults()}
    assert {f"{chain} 第 2 条", f"{chain} 第 4 条"} <= places


def test_a_removed_row_is_found(chain):
    _as_owner(f"DELETE FROM kernel_auditrow WHERE chain = '{chain}' AND seq = 3")
    assert any("序号不连续" in f.what and f.place == f"{chain} 第 4 条" for f in _faults())


def test_a_cut_tail_is_found_even_when_the_head_is_set_back(chain):
    kernel.checkpoint(force_signature=True)
    row = AuditRow.objects.using(OWNER)
    _as_owner(f"DELETE FROM kernel_auditrow WHERE chain = '{chain}' AND seq > 3")
    _as_owner(
        f"UPDATE kernel_audithead SET seq = 3, h = (SELECT h FROM kernel_auditrow WHERE chain = '{chain}' AND seq = 3)"
        f" WHERE chain = '{chain}'"
    )
    assert row is not None
    assert any(f.part == "检查点" and f.place == f"{chain} 第 5 条" for f in _faults())


def test_a_chain_rewritten_as_a_whole_is_found_even_when_a_later_checkpoint_has_signed_it(chain):
    """Whoever owns the database writes every row and the head anew; the node itself then vouches for the result."""
    kernel.checkpoint(force_signature=True)
    for wrong in _forged(chain):
        _as_owner(
            f"UPDATE kernel_auditrow SET actor = '{wrong.actor}', prev = '{wrong.prev}', h = '{wrong.h}'"
            f" WHERE chain = '{chain}' AND seq = {wrong.seq}"
        )
    _as_owner(f"UPDATE kernel_audithead SET h = '{wrong.h}' WHERE chain = '{chain}'")
    kernel.checkpoint(force_signature=True)
    found = _faults()
    assert [(f.part, f.place) for f in found] == [("检查点", f"{chain} 第 5 条")]


def _forged(chain):
    with kernel.acting(kernel.system_actor(), using=kernel.AUDITOR):
        rows = list(AuditRow.objects.using(kernel.AUDITOR).filter(chain=chain).order_by("seq"))
    prev = GENESIS
    for row in rows:
        row.actor, row.prev = "别人", prev
        prev = row.h = row_hash(row)
    return rows


def test_checkpoints_written_by_several_workers_at_once_stay_one_line(chain, make_actor):
    from concurrent.futures import ThreadPoolExecutor

    def write(turn):
        try:
            with kernel.acting(make_actor("data_officer", chain)):
                kernel.record(make_actor("data_officer", chain), "test.act", on=("turn", turn))
            kernel.checkpoint(force_signature=True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(write, range(36)))
    assert _faults() == []


def test_a_rewritten_checkpoint_is_found_by_its_signature(chain):
    point = kernel.checkpoint(force_signature=True)
    _as_owner(f"UPDATE kernel_checkpoint SET at = at + interval '1 second' WHERE id = {point.pk}")
    assert any(f.what == "签名不符" for f in _faults())


def test_a_changed_byte_of_a_stored_file_is_found(committed_db):
    stored = kernel.put_file("界址点".encode(), name="a.txt")
    assert list(verify_stored_files()) == []
    path = kernel.file_path(stored.digest)
    path.chmod(0o600)
    path.write_bytes("界址店".encode())
    assert [f.place for f in verify_stored_files()] == [stored.digest]
    path.write_bytes("界址点".encode())


def test_chains_of_two_counties_do_not_wait_for_each_other(committed_db, make_actor):
    """An open transaction in one county's chain holds no lock that another county's act needs."""
    from concurrent.futures import ThreadPoolExecutor

    def act(county):
        try:
            with kernel.acting(make_actor("data_officer", county)):
                kernel.record(make_actor("data_officer", county), "test.act", on=("thing", county))
        finally:
            connections.close_all()

    with kernel.acting(make_actor("data_officer", "340104")), ThreadPoolExecutor(1) as other:
        kernel.record(make_actor("data_officer", "340104"), "test.act", on=("thing", 1))
        other.submit(act, "340111").result(timeout=10)
