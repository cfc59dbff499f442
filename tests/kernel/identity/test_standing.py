"""An answer about people is kept, and no change of people ever goes unnoticed."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity import standing
from ziyuan.kernel.identity.models import Organ, Person, Post
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of

FEIDONG = "340122"


def names() -> list[str]:
    return [p.name for p in kernel.people(role="county_clerk", region=FEIDONG)]


@pytest.fixture
def clerk(db):
    return add_person("t-standing", "甲", organ_of(FEIDONG), "pw", ["county_clerk"], SINCE)


CHANGES = {
    "another with the post": lambda p: add_person("t-standing-2", "乙", organ_of(FEIDONG), "pw", ["county_clerk"], SINCE),
    "the post ends": lambda p: Post.objects.filter(person=p).update(until=kernel.today() - timedelta(days=1)),
    "the account is closed": lambda p: Person.objects.filter(pk=p.pk).update(active=False),
    "a new name": lambda p: Person.objects.filter(pk=p.pk).update(name="丙"),
    "another organ": lambda p: Person.objects.filter(pk=p.pk).update(organ=organ_of("340123")),
    "the organ moves": lambda p: Organ.objects.filter(pk=p.organ_id).update(region_id="340123"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once_in_its_own_transaction_and_gone_with_it(clerk, change):
    assert names() == names() == ["甲"]
    with transaction.atomic():
        change(clerk)
        changed = names()
        assert changed != ["甲"]
        transaction.set_rollback(True)
    assert names() == ["甲"], "what was seen in a transaction that came to nothing is not kept"


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_without_the_stamp_it_would_not_be_seen(clerk, change, monkeypatch):
    monkeypatch.setattr(standing, "_stamp", lambda: "stands still")
    assert names() == ["甲"]
    change(clerk)
    assert names() == ["甲"]


def test_the_second_question_asks_for_the_stamp_only_and_none_inside_one_batch(clerk):
    names()
    with CaptureQueriesContext(connection) as asked:
        names()
    assert [q["sql"] for q in asked] == ["SELECT stamp FROM kernel_standing"]
    with kernel.remembering_people(), CaptureQueriesContext(connection) as asked:
        names(), names()
    assert len(asked) == 1


def test_a_wrong_password_moves_nothing(clerk):
    names()
    Person.objects.filter(pk=clerk.pk).update(failures=3)
    with CaptureQueriesContext(connection) as asked:
        names()
    assert len(asked) == 1


def test_an_answer_may_be_changed_by_whoever_got_it(clerk):
    kernel.people(role="county_clerk", region=FEIDONG).clear()
    assert names() == ["甲"]
