"""Both clocks against a naive model: a list of what was said and taken back, asked everywhere.

The model knows no rows: on a day, as known at a moment, the edition in force is the last sealed one of the last
reference date among those said and not taken back by then, and its whole content is the answer.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import hypothesis.strategies as st
import pyarrow as pa
import pytest
import shapely
from django.db import transaction
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.onemap import small_county as world
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.editions import changesets, register, undo
from ziyuan.onemap.formats import LayerTable

COUNTY, LAYER = world.COUNTY, "control_lines@2021/STBHHX"
DAYS = [date(y, 12, 31) for y in range(2021, 2025)]
KEYS = ["甲", "乙"]
CONTENTS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from("12"), max_size=2)
BOXES = {k: shapely.box(world.WEST + 50 * i, world.SOUTH, world.WEST + 50 * i + 40, world.SOUTH + 40) for i, k in enumerate(KEYS)}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_lake")]


@dataclass
class Fact:
    """One edition of the naive model."""

    number: int
    day: date
    said: object
    content: dict
    taken_back: object = None


def table(content):
    keys = sorted(content)
    columns = {"BSM": pa.array(keys, pa.string()), "LHLX": pa.array([content[k] for k in keys], pa.string())}
    columns["geometry"] = pa.array([shapely.to_wkb(BOXES[k]) for k in keys], pa.binary())
    return LayerTable("STBHHX", world.EPSG, pa.table(columns), "GPKG", "UTF-8", "x.gpkg")


class Clocks(RuleBasedStateMachine):
    """Random years, corrections, late deliveries, rollbacks, withdrawals and changesets."""

    @initialize()
    def begin(self):
        self.by = kernel.system_actor()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.facts: list[Fact] = []
        self.serial = 0

    def teardown(self):
        if hasattr(self, "block"):
            assert all(onemap.verify(fact.number, by=self.by).ok for fact in self.facts)
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def in_force(self, day, known=None):
        standing = [f for f in self.facts if f.day <= day and (known is None or f.said <= known)]
        standing = [f for f in standing if f.taken_back is None or (known is not None and f.taken_back > known)]
        return max(standing, key=lambda f: (f.day, f.said), default=None)

    def note(self, edition, content):
        self.facts.append(Fact(edition.pk, edition.reference_date, edition.sealed, dict(content)))

    @rule(day=st.sampled_from(DAYS), content=CONTENTS)
    def seal_new(self, day, content):
        self.seal(day, content)

    def seal(self, day, content):
        self.serial += 1
        layers = {LAYER: table(content)}
        edition = onemap.seal(f"N{self.serial}", layers, county=COUNTY, reference_date=day, by=self.by)[0]
        self.note(edition, content)

    @precondition(lambda self: self.facts)
    @rule(pick=st.integers(0, 99), day=st.sampled_from(DAYS))
    def seal_again(self, pick, day):
        self.seal(day, self.facts[pick % len(self.facts)].content)

    @precondition(lambda self: self.facts)
    @rule(pick=st.integers(0, 99), day=st.sampled_from([None, *DAYS]))
    def rollback(self, pick, day):
        fact = self.facts[pick % len(self.facts)]
        edition = undo.rollback(fact.number, reason="内容有误", by=self.by, on=day)
        if all(f.number != edition.pk for f in self.facts):
            self.note(edition, fact.content)

    @precondition(lambda self: any(not f.taken_back for f in self.facts))
    @rule(pick=st.integers(0, 99))
    def withdraw(self, pick):
        standing = [f for f in self.facts if not f.taken_back]
        fact = standing[pick % len(standing)]
        mark = undo.impact_of(fact.number, by=self.by).mark
        fact.taken_back = undo.withdraw(fact.number, reason="误报", seen=mark, by=self.by).withdrawn

    @precondition(lambda self: self.facts)
    @rule(pick=st.integers(0, 99), day=st.sampled_from(DAYS))
    def apply_a_changeset_to_an_earlier_content(self, pick, day):
        """A changeset from what is in force on the day to what an older edition said, as another node would send it."""
        held, wanted = self.in_force(day), self.facts[pick % len(self.facts)]
        if held is None or held.content == wanted.content:
            return
        changes = changesets.make(LAYER, COUNTY, held.number, wanted.number, by=self.by)
        target = type(changes.target)(changes.target.digest, day, changes.target.features)
        self.serial += 1
        changed = type(changes)(**{**vars(changes), "target": target})
        self.note(changesets.apply(changed, by=self.by, delivery_no=f"C{self.serial}"), wanted.content)

    def answer(self, day, known):
        found = onemap.asof(LAYER, day, known=known, county=COUNTY, by=self.by)
        assert len({f.key for f in found}) == len(found)
        return {f.key: f.attributes["LHLX"] for f in found}

    @invariant()
    def every_question_has_the_naive_answer(self):
        if not hasattr(self, "facts"):
            return
        moments = [None, *(f.said for f in self.facts), *(f.taken_back for f in self.facts if f.taken_back)]
        before = [m - timedelta(microseconds=1) for m in moments[-3:] if m]
        for day in [DAYS[0] - timedelta(days=1), *DAYS, DAYS[1] + timedelta(days=100)]:
            for known in [None, *moments[-2:], *before[-1:]]:
                fact = self.in_force(day, known)
                assert self.answer(day, known) == (fact.content if fact else {}), (day, known)
        with kernel.acting(self.by):
            for day in DAYS:
                fact, held = self.in_force(day), register.latest(LAYER, COUNTY, day)
                assert (fact.number if fact else None) == (held.pk if held else None)



def test_every_question_on_both_clocks_has_the_answer_of_a_list_of_facts():
    run_state_machine_as_test(Clocks, settings=settings(max_examples=10, stateful_step_count=8, deadline=None))
