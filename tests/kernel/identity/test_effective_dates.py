"""Who holds a role, and what a unit is called and belongs to, on each day: held against a table of single days.

The second model keeps no spans: for every day of a quarter it notes what is so, one by one, as a clerk with a wall
calendar would. Acts that the platform refuses change neither.
"""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.identity.office import DAY, ORGAN, WHY, enter, names, officer, unit
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.kernel.models import Post

SPAN = 40
UNITS = ("FX-A", "FX-B", "FX-C")
ROLES = ("county_clerk", "county_chief")
AT = st.integers(0, SPAN - 1)
STEP = st.one_of(
    st.tuples(st.just("appoint"), st.integers(0, 1), st.sampled_from(UNITS), st.sampled_from(ROLES), AT, st.none() | AT),
    st.tuples(st.just("end"), st.integers(0, 9), AT),
    st.tuples(st.just("rename"), st.sampled_from(UNITS), st.sampled_from(["东股", "南股", "西股"]), AT),
    st.tuples(st.just("move"), st.sampled_from(UNITS), st.sampled_from([*UNITS, ORGAN]), AT),
)


def day(number: int) -> date:
    return DAY + timedelta(number)


class Calendar:
    """What is so on each single day."""

    def __init__(self) -> None:
        self.held: list[set[tuple[int, str, str]]] = [set() for _ in range(SPAN)]
        self.posts: list[tuple[tuple[int, str, str], int, int]] = []
        self.name = [{u: f"{u}股" for u in UNITS} for _ in range(SPAN)]
        self.parent = [dict.fromkeys(UNITS, ORGAN) for _ in range(SPAN)]

    def appoint(self, who: int, unit: str, role: str, first: int, last: int | None) -> None:
        until = SPAN - 1 if last is None else last
        for n in range(first, until + 1):
            self.held[n].add((who, unit, role))
        self.posts.append(((who, unit, role), first, until))

    def end(self, at: int, last: int) -> None:
        key, first, until = self.posts[at]
        for n in range(max(last + 1, first), until + 1):
            self.held[n].discard(key)
        self.posts[at] = (key, first, last)


def take(step, system, security, people, posts, calendar) -> None:
    kind, *given_ = step
    if kind == "appoint":
        who, where, role, first, last = given_
        made = kernel.appoint(security, person=people[who].pk, unit=where, role=role, since=day(first),
                              until=None if last is None else day(last), reason=WHY)  # fmt: skip
        posts.append(made.pk)
        calendar.appoint(who, where, role, first, last)
    elif kind == "end" and posts:
        at, last = given_[0] % len(posts), given_[1]
        kernel.end_post(security, posts[at], until=day(last), reason=WHY)
        calendar.end(at, last)
    elif kind == "rename":
        where, name, first = given_
        kernel.rename_organ(system, where, name=name, since=day(first), reason=WHY)
        for n in range(first, SPAN):
            calendar.name[n][where] = name
    elif kind == "move":
        where, above, first = given_
        kernel.move_organ(system, where, parent=above, since=day(first), reason=WHY)
        for n in range(first, SPAN):
            calendar.parent[n][where] = above


def circular(parents: dict[str, str]) -> bool:
    for at in parents:
        seen = set()
        while at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        if at in seen:
            return True
    return False


@pytest.fixture
def built(db):
    """Officers, three units of one organ, two people."""
    system, security = officer("system_admin"), officer("security_admin")
    for code in UNITS:
        unit(system, code, f"{code}股")
    return system, security, [enter(system, "anna"), enter(system, "bert")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEP, min_size=3, max_size=14))
def test_every_day_shows_what_the_wall_calendar_shows(built, steps):
    system, security, people = built
    posts: list[int] = []
    calendar = Calendar()
    with transaction.atomic():
        for step in steps:
            with suppress(ZiyuanError), transaction.atomic():
                take(step, system, security, people, posts, calendar)
        try:
            compare(system, people, calendar)
        finally:
            transaction.set_rollback(True)


def compare(system, people, calendar) -> None:
    for n in range(0, SPAN, 3):
        for role in ROLES:
            wanted = sorted({people[who].user for who, _, held in calendar.held[n] if held == role})
            assert names(role, day(n)) == wanted, (n, role)
        shown = {i["code"]: (i["name"], i["parent"]) for i in kernel.organisation(system, day=day(n))["items"]}
        for code in UNITS:
            assert shown[code] == (calendar.name[n][code], calendar.parent[n][code]), (n, code)
        assert not circular(calendar.parent[n])


def test_the_comparison_notices_a_span_that_is_one_day_too_long(built):
    """Negative control: the same comparison against rows moved by one day does not hold."""
    system, security, people = built
    calendar, posts = Calendar(), []
    take(("appoint", 0, "FX-A", "county_clerk", 3, 11), system, security, people, posts, calendar)
    compare(system, people, calendar)
    Post.objects.update(until=day(12))
    with pytest.raises(AssertionError):
        compare(system, people, calendar)
