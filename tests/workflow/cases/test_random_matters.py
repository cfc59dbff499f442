"""Random matters, random people, random acts: the invariants of a case hold after every one of them.

`ZIYUAN_EXAMPLES=400` looks longer. What may be done is read from the platform's own table of actions, so that a new
one joins by itself. Each invariant has a negative control: the same question, asked of what is wrong, turns red.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import event as note
from hypothesis import strategies as st

from tests.workflow import small_matter
from tests.workflow.cases import random_matters
from tests.workflow.cases.test_invariants import ITEM, _check_clock
from tests.workflow.effects.test_on_way import Books
from tests.workflow.gate.test_carried import told
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.world import ANHUI, FEIXI, PAPERS, person, tamper
from ziyuan.archive.models import ArchiveRecord
from ziyuan.base import canonical
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import versions
from ziyuan.workflow.cases.facts import exact
from ziyuan.workflow.cases.journal import head_of, rebuild
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.proof import verify_case
from ziyuan.workflow.cases.state import OPEN, fold
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.effects import registry
from ziyuan.workflow.migrating.run import run_order
from ziyuan.workflow.models import Case, CaseEvent, Paper, Task
from ziyuan.workflow.tasks.actions import offers
from ziyuan.workflow.tasks.words import TITLES

EXAMPLES = int(os.environ.get("ZIYUAN_EXAMPLES", "8"))
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
NUMBER = st.integers(0, 1_000)
STEP = st.one_of(
    *[st.tuples(st.just("offer"), NUMBER, NUMBER)] * 6,
    st.tuples(st.just("act"), NUMBER, st.sampled_from(sorted(TITLES))),
    st.tuples(st.sampled_from(["reply", "days", "clock", "stop", "resume", "release"]), NUMBER, NUMBER),
)
LAST = st.sampled_from(["withdraw", "offer", "answer"])
WANTED = (*["agree"] * 8, *["claim"] * 6, "refuse", "recall", "return", "jump", *["approve_jump"] * 4, *sorted(TITLES))
RARE = ("terminate", "refuse", "avoid")  # only where it is wanted by name, else every case is soon over
ENDINGS = {"gone": {"title": "申请人主体消灭", "basis": "示例依据 第一条"}}
MATTER_KEY = "use_control/site_review"
ACTING = ("completed", "returned", "correction_asked")  # events of one who must hold the task that they name


class Town:
    """One case of a random matter and the people around it; the second chief handed it in himself."""

    def __init__(self, world: Any, on_day: Any) -> None:
        self.world, self.on_day = world, on_day
        clerk, chief = world.officer("county_clerk", FEIXI), world.officer("county_chief", FEIXI)
        more = [("county_clerk", "t-clerk-2"), *(("county_chief", f"t-chief-{n}") for n in range(2, 5))]
        self.people = [clerk, chief, *(person(role, FEIXI, user, user) for role, user in more)]
        self.chiefs = [one for one in self.people if "county_chief" in one.roles]
        self.heads = [world.officer("province_chief", ANHUI), person("province_chief", ANHUI, "t-head-2", "第二处长")]
        self.case: Case = None  # type: ignore[assignment]

    def begin(self) -> None:
        self.on_day("2026-09-21")
        message = self.world.message(None, PAPERS, reviewers=[c.person for c in self.chiefs])
        self.case = workflow.open_case(message, self.people[4])

    def row(self) -> Case:
        with kernel.acting(kernel.system_actor()):
            return Case.objects.get(pk=self.case.pk)

    def events(self) -> list[CaseEvent]:
        with kernel.acting(kernel.system_actor()):
            return list(CaseEvent.objects.filter(case=self.case).order_by("seq"))

    def counts(self) -> tuple[int, int]:
        with kernel.acting(kernel.system_actor()):
            return Task.objects.filter(case=self.case).count(), Paper.objects.filter(case=self.case).count()

    # -- one step ----------------------------------------------------------------------------------

    def take(self, kind: str, number: int, more: Any) -> None:
        by, who = kernel.system_actor(), self.people[number % len(self.people)]
        if kind == "offer":
            self._offered(number, more)
        elif kind == "act":
            self._act(who, more, None, number)
        elif kind == "reply":
            workflow.case_message(by, self.case.pk, "reply", {"answer": number})
        elif kind in ("days", "clock"):
            self.on_day((kernel.today() + timedelta(1 + number % 4)).isoformat())
            if kind == "clock":
                workflow.ring_due(by)
        elif kind == "answer":
            self.world.answer(self.case, reviewers=[c.person for c in self.chiefs])
        elif kind == "stop":
            workflow.stop_clock(who, self.case.pk, kind="专家评审", reason="理由", basis="依据")
        elif kind == "resume":
            workflow.resume_clock(who, self.case.pk, stop=1 + more % 3)
        elif kind == "release":
            self._released()
        else:
            workflow.withdraw({"no": self.case.outer_no}, by)

    def _offered(self, number: int, more: int) -> None:
        """One of all acts that somebody could do now: mostly what leads on, else any; an answer where one is awaited."""
        row = self.row()
        if row.status == "correcting" and number % 3:
            return self.take("answer", number, more)
        rt, wanted = runtime_of(row), WANTED[number % len(WANTED)]
        open_to = [(by, o) for by in self.people for o in offers(by, rt, row.state) if not o.reason]
        liked = [(by, o) for by, o in open_to if o.id == wanted] or [(by, o) for by, o in open_to if o.id not in RARE]
        if liked:
            by, offer = liked[more % len(liked)]
            self._act(by, offer.id, offer.task, more)
        return None

    def _released(self) -> None:
        """The same drawing under new names is published, and an order brings the running case to it."""
        self.publish(self.text.replace('name="accept"', f'name="受理{self.released}"'))
        number = workflow.make_order(self.heads[0], MATTER_KEY, "改名")
        workflow.sign_order(self.heads[1], number, "同意")
        assert run_order(number)["moved"] == 1, "nodes of the same ids keep everything"

    def _act(self, by: kernel.Actor, action: str, task: int | None, more: int) -> None:
        """Mostly with one of the choices that the platform offers, sometimes with any person, node or ending."""
        offered = [one["id"] for one in workflow.choices(by, self.case.pk, action, task or 0)]
        anything: list[Any] = [None, *(p.person for p in self.people), "accept", "gone"]
        targets = offered if offered and more % 4 else anything
        to = targets[more % len(targets)]
        workflow.act(by, self.case.pk, action, task=task, opinion="意见", to=to, items=[ITEM])


# -- the questions: each returns what is wrong ------------------------------------------------------------


def rows_wrong(row: Case) -> list[str]:
    """1 and 2: rebuilt from the events byte for byte; the chain, every row, effect and paper agree with them."""
    state, head = rebuild(row)
    same = canonical.encode("case", exact(state)) == canonical.encode("case", exact(row.state)) and head == row.head
    return ([] if same else ["rebuilt otherwise"]) + [f"{b.place}: {b.what}" for b in verify_case(row)]


def lost(before: list[CaseEvent], after: list[CaseEvent], rows: tuple[int, int], now: tuple[int, int]) -> list[str]:
    """2: what there was is there; no row disappears."""
    kept = [(e.seq, e.kind, e.body, e.hash) for e in after[: len(before)]]
    found = [] if kept == [(e.seq, e.kind, e.body, e.hash) for e in before] else ["an event is lost or changed"]
    return found + ([] if all(b >= a for a, b in zip(rows, now, strict=True)) else ["a row has disappeared"])


def stranded(row: Case, state: dict[str, Any]) -> list[str]:
    """3: an open case waits for a person, a moment, a message or a named stop."""
    if state["case"]["status"] not in OPEN:
        return []
    waits = any(t["state"] in ("open", "waiting") for t in state["tasks"].values())
    nodes = runtime_of(row).graph.nodes
    message = any(nodes[t["node"]].type == "receiveTask" for t in state["engine"]["tokens"])
    stop = any(s["to"] is None for s in state["stops"])
    return [] if waits or row.next_due or message or stop else ["nobody and nothing moves this case any more"]


def wrong_hands(events: list[CaseEvent]) -> list[str]:
    """8: who acts on a task holds it at that moment; nobody decides what he handed in himself."""
    state, found = empty(), []
    for event in events:
        if event.kind in ACTING and event.body.get("task") is not None:
            holder = state["tasks"][str(event.body["task"])]["holder"]
            if holder != event.actor_id:
                found.append(f"{event.kind} by {event.actor_id}, held by {holder}")
            own = event.actor_id == state["case"]["submitter"]
            found += ["decides his own"] if own and event.kind == "completed" else []
        state = fold(state, event.kind, event.body, head_of(event))
    return found


def votes_wrong(state: dict[str, Any]) -> list[str]:
    """9: of an open review the votes are the seats done, each once; a seat keeps its item and is open once at most.

    A seat after which somebody was added (后加签) speaks when he has.
    """
    found = []
    rows, tokens = [t for t in state["tasks"].values() if t.get("seat")], state["engine"]["tokens"]
    for body in (t for t in tokens if t.get("frame") == "multi"):
        latest = {t["seat"]: t for t in rows if t["node"] == body["node"]}
        voted = sorted(seat for seat, _ in body["outs"])
        later = {t["seat"] for t in tokens if t.get("how") == "after" and "seat" in t and body["id"] in t["scope"]}
        done = sorted(seat for seat, task in latest.items() if task["state"] == "done" and seat not in later)
        found += [] if voted == done else [f"votes {voted}, seats done {done}"]
    for node in {t["node"] for t in rows}:
        seats = [(t["seat"], t["item"], t["state"] in ("open", "waiting")) for t in rows if t["node"] == node]
        items = {(seat, str(item)) for seat, item, _ in seats}
        waiting = [seat for seat, _, waits in seats if waits]
        found += [] if len(items) == len({seat for seat, _, _ in seats}) else ["a seat has changed its item"]
        found += [] if len(waiting) == len(set(waiting)) else ["a seat is open twice"]
    return found


def unfiled(row: Case, records: int) -> list[str]:
    """5: a closed case has its archive order, once; one that is open again has none that stands."""
    filed = [e for e in row.state["effects"] if e["kind"] == "archive.file" and e["undone"] is None]
    wanted = 0 if row.status in OPEN else 1
    return [] if len(filed) == records == wanted else [f"{row.status}: filed {len(filed)}, records {records}"]


def wrong(town: Town, before: list[CaseEvent], counted: tuple[int, int]) -> list[str]:
    """All questions but that of the clock, which asserts by itself."""
    row, events = town.row(), town.events()
    with kernel.acting(kernel.system_actor()):
        found = rows_wrong(row) + stranded(row, row.state) + votes_wrong(row.state)
        found += unfiled(row, ArchiveRecord.objects.filter(case_no=row.no, withdrawn=None).count())
        _check_clock(row, row.state)
    return found + lost(before, events, counted, town.counts()) + wrong_hands(events)


# -- the runs ----------------------------------------------------------------------------------------------


@pytest.fixture
def books(monkeypatch):
    books = Books()
    kind = registry.Kind(books.apply, books.undo, books.proof, lambda told: {}, lambda told: [])
    monkeypatch.setitem(registry._kinds, "test.quota", kind)
    return books


@pytest.fixture
def town(world, on_day, monkeypatch, tmp_path, books):
    town, folders = Town(world, on_day), iter(range(10**6))

    def publish(text: str) -> None:
        town.released = next(folders)
        town.text = text
        more = {"effects": {"quota": {"kind": "test.quota"}}, "terminations": ENDINGS}
        small_matter.publish(monkeypatch, tmp_path / f"m{town.released}", text, **more)

    town.publish = publish
    yield town
    versions._earlier.cache_clear()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)
@given(tree=random_matters.trees(), steps=st.lists(STEP, min_size=12, max_size=24), last=LAST)
def test_the_invariants_hold_after_every_act_on_any_matter(town, books, tree, steps, last):
    with forgotten():
        books.held.clear()
        walk(town, books, tree, [*steps, (last, 0, 0), ("withdraw", 0, 0)])


@contextmanager
def forgotten() -> Iterator[None]:
    """One example is not seen by the next."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def walk(town: Town, books: Books, tree: Any, steps: list[tuple[str, int, Any]]) -> None:
    """A case through all its steps, looked at after each."""
    town.publish(random_matters.drawn(tree))
    town.begin()
    for step in steps:
        if town.row().status not in (*OPEN, "terminated") and step[0] != "withdraw":
            continue
        before, counted = town.events(), town.counts()
        try:
            town.take(*step)
        except ZiyuanError:
            assert [e.hash for e in town.events()] == [e.hash for e in before], "a refusal leaves nothing behind"
        assert wrong(town, before, counted) == []
    row = town.row()
    for kind in {e.kind for e in town.events()}:
        note(kind)  # what the runs came by: --hypothesis-show-statistics
    standing = [e for e in row.state["effects"] if e["undone"] is None and e["kind"] == "test.quota"]
    assert len(standing) == sum(no == row.no for no in books.held.values()), "the books say what the events say"
    assert row.status not in ("withdrawn", "terminated") or not standing


# -- negative controls -----------------------------------------------------------------------------------


@pytest.fixture
def reviewed(town):
    """A case in a joint review with one vote."""
    town.publish(random_matters.drawn(("review", "", False)))
    town.begin()
    clerk = town.people[0]
    workflow.act(clerk, town.case.pk, "claim")
    workflow.act(clerk, town.case.pk, "agree", opinion="同意。")
    workflow.act(town.chiefs[0], town.case.pk, "agree", opinion="同意。")
    assert wrong(town, [], (0, 0)) == []
    return town


def test_a_changed_row_a_changed_event_and_a_cut_tail_are_noticed(reviewed, owners_rights):
    case = reviewed.case.pk
    for statement in (
        "UPDATE workflow_task SET holder = 0 WHERE number = 2 AND case_id = %s",
        "UPDATE workflow_case SET state = jsonb_set(state, '{route}', '1') WHERE id = %s",
        "UPDATE workflow_caseevent SET body = body || '{\"x\": 1}' WHERE seq = 3 AND case_id = %s",
        "DELETE FROM workflow_caseevent WHERE case_id = %s AND kind = 'completed'",
    ):
        tamper(statement, case)
        row = reviewed.row()
        with kernel.acting(kernel.system_actor()):
            assert rows_wrong(row), statement


def test_a_lost_event_and_a_lost_row_are_noticed(reviewed):
    events, rows = reviewed.events(), reviewed.counts()
    assert lost(events, events, rows, rows) == []
    assert lost(events, events[:-1], rows, rows) == ["an event is lost or changed"]
    assert lost(events, events, rows, (rows[0] - 1, rows[1])) == ["a row has disappeared"]


def test_a_case_that_nothing_moves_any_more_is_noticed(reviewed):
    row, state = reviewed.row(), copy.deepcopy(reviewed.row().state)
    for task in state["tasks"].values():
        task["state"] = "done"
    assert stranded(row, row.state) == []
    assert stranded(row, state) == ["nobody and nothing moves this case any more"]


def test_a_closed_case_that_nobody_filed_or_an_open_one_that_is_filed_is_noticed(reviewed):
    row = reviewed.row()
    assert unfiled(row, 0) == []
    assert unfiled(row, 1) == ["open: filed 0, records 1"]
    row.status = "withdrawn"
    assert unfiled(row, 0) == ["withdrawn: filed 0, records 0"]


def test_a_clock_that_does_not_add_up_is_noticed(reviewed):
    row = reviewed.row()
    row.due = row.due + timedelta(1)
    with kernel.acting(kernel.system_actor()), pytest.raises(AssertionError):
        _check_clock(row, row.state)


def test_an_act_by_other_hands_and_a_decision_on_one_s_own_are_noticed(reviewed):
    events = reviewed.events()
    assert wrong_hands(events) == []
    acted = next(e for e in events if e.kind == "completed")
    acted.actor_id = reviewed.people[4].person
    assert [w.partition(" ")[0] for w in wrong_hands(events)] == ["completed", "decides"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda state, body, row: body["outs"].append([2, "agree"]), "votes [1, 2], seats done [1]"),
        (lambda state, body, row: body["outs"].append([1, "agree"]), "votes [1, 1], seats done [1]"),
        (lambda state, body, row: state["tasks"].update(x={**row, "item": 7}), "a seat has changed its item"),
        (lambda state, body, row: state["tasks"].update(x=dict(row)), "a seat is open twice"),
    ],
)
def test_a_vote_too_many_and_a_seat_that_is_not_what_it_was_are_noticed(reviewed, change, says):
    state = copy.deepcopy(reviewed.row().state)
    body = next(t for t in state["engine"]["tokens"] if t.get("frame") == "multi")
    change(state, body, next(t for t in state["tasks"].values() if t.get("seat") == 2))
    assert says in votes_wrong(state)


@pytest.mark.parametrize(
    "tree",
    [
        ("timed", "county_clerk"),
        ("both", ("message",), ("seq", ("effect",), ("task", "county_chief"))),
        ("choice", ("sub", ("task", "county_chief")), ("review", "done >= 1", True)),
    ],
)
def test_every_kind_of_block_is_a_process_that_the_gate_would_publish(tree, pack):  # noqa: F811
    ending = "terminations: {gone: {title: 申请人主体消灭, basis: 示例依据 第一条}}\n"
    plant(pack, MATTER, "facts: ", f"messages: {{reply: [answer]}}\n{ending}facts: ")
    plant(pack, MATTER, "  project_level: form.project_level", "  project_level: form.project_level\n  reviewers: case.counties")
    (pack / PROCESS).write_text(random_matters.drawn(tree), encoding="utf-8")
    assert [text for text in told(pack) if "案件不执行动作“quota”" not in text] == []
