"""A check that ends while an exception is approved: whichever commits second sees the other."""

import threading

import pytest
from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import cover


@pytest.fixture
def clerk(make_actor):
    return make_actor("data_officer", "340123")


def test_the_second_waits_for_the_first_of_the_same_county_and_mandate(committed_db, clerk):
    order: list[str] = []
    held, free = threading.Event(), threading.Event()

    def first():
        try:
            with kernel.acting(clerk):
                cover.take_turn("340123", "survey_county")
                held.set()
                free.wait(10)
                order.append("first")
        finally:
            connection.close()

    def second(mandate: str):
        try:
            with kernel.acting(clerk):
                cover.take_turn("340123", mandate)
                order.append(mandate)
        finally:
            connection.close()

    one = threading.Thread(target=first)
    one.start()
    assert held.wait(10)
    other = threading.Thread(target=second, args=("another_mandate",))
    same = threading.Thread(target=second, args=("survey_county",))
    other.start()
    other.join(10)
    same.start()
    same.join(0.3)
    assert same.is_alive() and order == ["another_mandate"]
    free.set()
    for thread in (one, same):
        thread.join(10)
    assert order == ["another_mandate", "first", "survey_county"]
