"""The queue of checks: counties take turns, one check of a county at a time, a poison file harms only its own delivery."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import turns
from ziyuan.onemap.deliveries.models import Delivery, DeliveryProgress

A, B, C = "340123", "340121", "341124"
deliveries = onemap.deliveries


@pytest.fixture
def hand_in(db):
    """`hand_in(county)`: a received delivery of that county, later than all before."""
    handed: list[int] = []

    def go(county: str, size: int = 1000, **more) -> int:
        handed.append(1)
        with kernel.acting(kernel.system_actor()):
            row = Delivery.objects.create(
                no=f"{county}-2024-{len(handed)}", mandate="survey_county", organ=f"ZR{county}", county=county, period="2024",
                sequence=len(handed), state="received", stage="city", file_sm3="0" * 64, file_name="a.zip", size=size,
                encoding="", opened=kernel.now(), submitted=kernel.now() + timedelta(seconds=len(handed)), submitted_by="x",
                **more,
            )  # fmt: skip
            DeliveryProgress.objects.create(delivery=row, county=county, step="", done=0, total=0, at=kernel.now())
        return row.pk

    return go


def served() -> str | None:
    """Take the turn that is due and be done with it; the county served."""
    with turns._turn() as delivery:
        if delivery is None:
            return None
        with kernel.acting(kernel.system_actor()):
            row = Delivery.objects.get(pk=delivery)
            row.started = row.finished = kernel.now()
            row.state = "review"
            row.save()
    return row.county


def test_a_county_with_many_does_not_keep_the_others_waiting(hand_in):
    for county in (A, A, A, A, B, C, B):
        hand_in(county)
    assert [served() for _ in range(8)] == [A, B, C, A, B, A, A, None]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counties=st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=9))
def test_nobody_is_served_twice_while_another_waits_for_his_first(hand_in, counties):
    with kernel.acting(kernel.system_actor()):
        Delivery.objects.update(state="withdrawn", started=None)
    for county in counties:
        hand_in(county)
    order = [served() for _ in counties]
    assert sorted(map(str, order)) == sorted(counties)
    waiting = set(counties)
    assert set(order[: len(waiting)]) == waiting


def test_while_a_county_is_being_checked_the_next_of_it_waits(hand_in):
    first, second, other = hand_in(A), hand_in(A), hand_in(B)
    with turns._turn() as one:
        assert one == first
        with turns._turn() as two:
            assert two == other
            with turns._turn() as three:
                assert three is None, "both counties are busy"
        with kernel.acting(kernel.system_actor()):
            Delivery.objects.filter(pk=first).update(state="review", started=kernel.now())
            Delivery.objects.filter(pk=other).update(state="review", started=kernel.now())
    with turns._turn() as next_one:
        assert next_one == second


def test_places_and_estimates_are_told_and_of_other_counties_only_counts(hand_in, people):
    done = hand_in(C)
    with kernel.acting(kernel.system_actor()):
        now = kernel.now()
        Delivery.objects.filter(pk=done).update(state="review", started=now, finished=now + timedelta(seconds=10))
    running = hand_in(B)
    with kernel.acting(kernel.system_actor()):
        Delivery.objects.filter(pk=running).update(state="checking", started=kernel.now())
    mine = [hand_in(A), hand_in(A)]
    told = deliveries.queue(people["officer"])
    assert (told["running"], told["waiting"]) == (1, 2)
    assert [(i["delivery"], i["place"], i["of"]) for i in told["items"]] == [(mine[0], 1, 2), (mine[1], 2, 2)]
    first, second = (i["estimate_seconds"] for i in told["items"])
    assert 10 <= first < second <= 30
    assert deliveries.detail(people["officer"], mine[1])["queue"]["place"] == 2
    assert {i["county"] for i in deliveries.queue(people["province"])["items"]} == {A, B}


def test_nothing_is_estimated_before_anything_was_measured(hand_in, people):
    hand_in(A)
    assert deliveries.queue(people["officer"])["items"][0]["estimate_seconds"] is None


def test_a_check_that_fails_again_and_again_is_returned_and_no_other_is_touched(hand_in, people, monkeypatch):
    poison, good = hand_in(A), hand_in(B)
    ran: list[int] = []

    def check(*, delivery: int) -> None:
        with kernel.acting(kernel.system_actor()):
            row = Delivery.objects.get(pk=delivery)
            row.attempts, row.started = row.attempts + 1, kernel.now()
            row.save()
        ran.append(delivery)
        if delivery == poison:
            raise ZeroDivisionError
        with kernel.acting(kernel.system_actor()):
            Delivery.objects.filter(pk=delivery).update(state="review")

    monkeypatch.setattr(turns, "read_and_check", check)
    for _ in range(8):
        turns.check_next()
    assert ran.count(poison) == turns.MOST_ATTEMPTS and ran.count(good) == 1
    told = deliveries.detail(people["officer"], poison)
    assert told["state"] == "returned" and told["summary"][0]["rule"] == "ZY-DLV-041"
    (found,) = onemap.findings.listing(people["officer"], poison)["items"]
    assert "5 次" in found["message"] and found["remedy"]


def test_a_process_that_died_each_time_is_not_sent_to_its_death_again(hand_in, people):
    poison = hand_in(A, attempts=turns.MOST_ATTEMPTS)
    turns.check_next()
    assert deliveries.detail(people["officer"], poison)["state"] == "returned"


def test_a_database_that_was_away_is_no_fault_of_the_delivery(hand_in, people, monkeypatch):
    patient = hand_in(A, attempts=1)

    def away(*, delivery: int) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(turns, "read_and_check", away)
    with pytest.raises(OperationalError):
        turns.check_next()
    with kernel.acting(people["officer"]):
        assert (Delivery.objects.get(pk=patient).attempts, Delivery.objects.get(pk=patient).state) == (0, "received")


def test_what_waits_is_looked_for_again_when_one_is_done(hand_in, monkeypatch):
    hand_in(A), hand_in(A)
    monkeypatch.setattr(turns, "read_and_check", lambda *, delivery: None)
    turns.check_next()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'onemap.check_next' AND status = 'todo'")
        assert cursor.fetchone()[0] >= 1
