"""Cases that begin alike begin as the first of them did; whatever a beginning hangs on parts them."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import transaction

from tests.workflow import small_matter
from tests.workflow.dispatching.test_dispatch import everything
from tests.workflow.engine.drawn import bpmn
from tests.workflow.world import CHANGFENG, CLEAR, FEIXI, FORM, MATTER, box, breaks, site
from ziyuan.kernel import service as kernel
from ziyuan.kernel.service import Event
from ziyuan.workflow.cases import receive
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.dispatching import beginnings
from ziyuan.workflow.dispatching import dispatch as room
from ziyuan.workflow.dispatching.dispatch import Row, dispatch
from ziyuan.workflow.models import Case

USER = 'zy:role="{}" zy:level="county" zy:allow="agree refuse return"'
CLERK, CHIEF = USER.format("county_clerk"), USER.format("county_chief")
LATE = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
SEATS = (
    '<multiInstanceLoopCharacteristics zy:collection="reviewers" zy:item="reviewer">'
    "<completionCondition>done &gt;= 1</completionCondition></multiInstanceLoopCharacteristics>"
)
FIRST = "s:start -> a:user; a -> granted:end"
# What a matter is, and how many of six cases are opened in full.
BEGINNINGS = {
    "one task": (bpmn(FIRST, extra={"a": CLERK}), {"facts": {}}, 2),
    "facts that are told of the form": (bpmn(FIRST, extra={"a": CLERK}), {"facts": {"level": "form.project_level"}}, 3),
    "a fact of its own for each case": (bpmn(FIRST, extra={"a": CLERK}), {"facts": {"no": "case.no"}}, 6),
    "a way that a fact decides": (
        bpmn("s:start -> g:xor; g -> a:user [level = \"city\"]; g -> b:user *; a -> granted:end; b -> granted",
             extra={"a": CHIEF, "b": CLERK}),
        {"facts": {"level": "form.project_level"}}, 3,
    ),
    "a timer": (
        bpmn("s:start -> a:user; a -> granted:end; t:bound -> b:user; b -> granted", extra={
            "a": CLERK, "b": CHIEF, "t": 'attachedToRef="a"'}, inside={"t": LATE}),
        {"facts": {}}, 2,
    ),
    "a joint review": (
        bpmn(FIRST, extra={"a": CHIEF + ' zy:result="votes"'}, inside={"a": SEATS}), {"facts": {"reviewers": "case.counties"}}, 2,
    ),
    "people by a strategy": (
        bpmn(FIRST, extra={"a": CLERK + ' zy:assign="holders(&quot;county_clerk&quot;, case.county)"'}), {"facts": {}}, 6,
    ),
    "a message sent": (
        bpmn("s:start -> m:send; m -> a:user; a -> granted:end", extra={"a": CLERK, "m": 'messageRef="m_x"'},
             others='<message id="m_x" name="x"/>'),
        {"facts": {}}, 6,
    ),
    "nobody found": (bpmn(FIRST, extra={"a": USER.format("city_clerk")}), {"facts": {}}, 6),
}  # fmt: skip


def rows() -> list[Row]:
    levels = ["county", "county", "city", "county", "city", "county"]
    return [
        Row(n, f"WP-{n}", CHANGFENG if n == 6 else FEIXI, {**FORM, "project_name": f"图斑 {n}", "project_level": level},
            None if n == 2 else site(box(*CLEAR)))
        for n, level in enumerate(levels, start=1)
    ]  # fmt: skip


@pytest.fixture
def published(world, monkeypatch, tmp_path, on_day):
    """A matter without checks on the map, on a process and facts of the test."""

    def publish(text: bytes, facts: dict[str, str]) -> None:
        made = small_matter.publish(monkeypatch, tmp_path, text.decode())
        told = {**made.matter.told, "facts": facts}
        del told["screening"]
        made = dataclasses.replace(made, matter=dataclasses.replace(made.matter, told=told))
        monkeypatch.setattr(room, "runtime", lambda key: made)
        monkeypatch.setattr(receive, "runtime", lambda key: made)
        on_day("2026-09-21")

    return publish


@pytest.fixture
def in_full(monkeypatch) -> list[str]:
    """The cases that a dispatch opens in full."""
    found: list[str] = []
    real = beginnings.opening

    def watched(rt, message, *more):
        found.append(message["no"])
        return real(rt, message, *more)

    monkeypatch.setattr(beginnings, "opening", watched)
    return found


def opened_alone(given: list[Row], by: kernel.Actor) -> None:
    """Each as `open_case` opens it, but where its list says and not where the map says."""
    rt = receive.runtime(MATTER)
    for one in given:
        told = {"no": one.no, "form": one.form, "site": one.site, "papers": [], "submitted": kernel.now().isoformat()}
        no = receive._next_no(rt, one.county)
        journal, _ = receive.opening(rt, told, one.county, [one.county], no, by)
        journal.save()


def all_that_came(given: list[Row], by: kernel.Actor, way) -> tuple[list, list]:
    """Rows, states and hashes, and what was announced; then everything is taken back."""
    with transaction.atomic(), kernel.acting(by):
        from ziyuan.workflow.cases.versions import keep

        keep(receive.runtime(MATTER))
        last = max(Event.objects.values_list("pk", flat=True), default=0)
        way(given, by)
        told = list(Event.objects.filter(pk__gt=last).exclude(name="case.dispatched").order_by("pk").values_list("name", "facts"))
        found = everything(), told
        assert breaks(verify_cases) == []
        with kernel.acting(kernel.system_actor()):
            assert all(rebuild(case) == (case.state, case.head) for case in Case.objects.all())
        transaction.set_rollback(True)
    return found


def test_a_matter_with_lists_of_people_opens_each_case_in_full(published, world, in_full, monkeypatch):
    """A list may be read from the form, which the key of a kind does not tell."""
    published(bpmn(FIRST, extra={"a": CLERK}), {})
    monkeypatch.setitem(receive.runtime(MATTER).matter.told, "people", {"chiefs": 'holders("county_chief", case.county)'})
    all_that_came(rows(), kernel.system_actor(), lambda given, who: dispatch(who, MATTER, given))
    assert len(in_full) == 6


@pytest.mark.parametrize("name", BEGINNINGS)
@pytest.mark.parametrize("officer", [False, True])
def test_however_a_process_begins_a_dispatched_case_is_the_one_opened_alone(published, world, in_full, name, officer):
    text, more, wanted = BEGINNINGS[name]
    published(text, more["facts"])
    by = world.officer("city_chief", "340100") if officer else kernel.system_actor()
    alone = all_that_came(rows(), by, opened_alone)
    many = all_that_came(rows(), by, lambda given, who: dispatch(who, MATTER, given))
    assert len(alone[0]) == 6
    assert many == alone, "rows, states, events and their hashes, and what was announced"
    assert len(in_full) == wanted


def test_were_a_beginning_shared_that_hangs_on_more_the_difference_would_be_seen(published, monkeypatch):
    """Negative control: kinds told apart by their county alone, where a fact decides the way."""
    text, more, _ = BEGINNINGS["a way that a fact decides"]
    published(text, more["facts"])
    by = kernel.system_actor()
    alone = all_that_came(rows(), by, opened_alone)
    monkeypatch.setattr(beginnings.Beginnings, "_key", lambda self, given, no: given.county)
    assert all_that_came(rows(), by, lambda given, who: dispatch(who, MATTER, given)) != alone


