"""A person sees and does his own region's things; nothing opens by accident."""

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.pq import TransactionStatus

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.regions import significant
from ziyuan.kernel.models import AuditRow


@pytest.mark.parametrize(
    ("code", "lo", "hi"),
    [("340000", "34", "35"), ("340100", "3401", "3402"), ("340123", "340123", "340124"), ("340123001", "340123001", "340123002")],
)
def test_a_region_is_a_half_open_range_of_codes(code, lo, hi):
    assert kernel.region_range(code) == (lo, hi)


@pytest.mark.parametrize(
    ("codes", "common"),
    [
        (["340123"], "340123"),
        (["340123", "340121"], "340100"),
        (["340123", "341124"], "340000"),
        (["340100", "340123"], "340100"),
    ],
)
def test_a_site_over_several_areas_belongs_to_their_common_upper_level(codes, common):
    assert kernel.common_region(codes) == common


def test_significant_digits_name_the_level():
    assert [significant(c) for c in ("340000", "340100", "340102")] == ["34", "3401", "340102"]


def test_a_county_clerk_may_not_act_in_the_next_county(make_actor):
    clerk = make_actor("county_clerk", "340123")
    assert kernel.may(clerk, "case.act", "340123")
    assert not kernel.may(clerk, "case.act", "340121")
    with pytest.raises(errors.NotAllowed, match="340121"):
        kernel.require(clerk, "case.act", "340121")


def test_an_action_nobody_declared_is_refused_even_for_the_node_itself():
    with pytest.raises(errors.UnknownAction):
        kernel.may(kernel.system_actor(), "no.such.action")


def _probe(actor=None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.lo', true), current_setting('app.hi', true)")
        return cursor.fetchone()


def test_an_inner_actor_holds_inside_only(db, make_actor):
    with kernel.acting(make_actor("data_reviewer", "340000")):
        with kernel.acting(make_actor("data_officer", "340123")):
            assert _probe() == ("340123", "340124")
        assert _probe() == ("34", "35")


def test_a_pooled_connection_keeps_nothing_of_the_last_reader(committed_db, make_actor):
    """After SET LOCAL the setting is '' and not NULL: the very case in which a naive policy opens everything."""
    with kernel.acting(make_actor("data_reviewer", "340000")):
        kernel.record(make_actor("data_officer", "340123"), "test.seen", on=("test", 1))
    assert _probe()[0] in ("", None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 WHERE '340123' >= {kernel.LO} AND '340123' < {kernel.HI}")
        assert cursor.fetchall() == []
        cursor.execute("SELECT 1 WHERE '340123' LIKE current_setting('app.lo', true) || '%'")
        assert cursor.fetchall() == [(1,)], "negative control: the naive policy does open here"


def test_the_application_may_not_read_or_change_the_audit(db, make_actor):
    from django.db.utils import ProgrammingError

    kernel.record(make_actor("data_officer", "340123"), "test.seen", on=("test", 2))
    rows = AuditRow.objects.all()
    for attempt in (rows.first, lambda: rows.update(actor="别人"), rows.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            attempt()


def test_the_database_account_is_bound_by_row_security(db):
    kernel.require_safe_role()


@pytest.mark.usefixtures("committed_db")
def test_the_last_turn_of_a_session_that_began_the_transaction_commits_it():
    by = kernel.system_actor()
    with kernel.acting(by):
        kernel.record_last(by, "case.dispatched", on=("matter", "one"), county="340000")
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert _recorded("one") == 1


@pytest.mark.usefixtures("committed_db")
def test_a_session_inside_another_leaves_the_commit_to_it():
    by = kernel.system_actor()
    with pytest.raises(ZeroDivisionError), kernel.acting(by):
        with kernel.acting(by):
            kernel.record_last(by, "case.dispatched", on=("matter", "two"), county="340000")
        raise ZeroDivisionError
    assert _recorded("two") == 0


@pytest.mark.usefixtures("committed_db")
def test_a_last_turn_that_fails_leaves_nothing():
    by = kernel.system_actor()
    with pytest.raises(DatabaseError), kernel.acting(by):
        kernel.record_last(by, "case.dispatched", on=("matter", "three"), county="340000", writes=[("SELECT 1/0", [])])
    assert _recorded("three") == 0


def _recorded(key: str) -> int:
    with kernel.acting(kernel.system_actor(), using=kernel.AUDITOR):
        return kernel.AuditRow.objects.using(kernel.AUDITOR).filter(object_kind="matter", object_id=key).count()
