"""The fold of a case's events gives a new state and leaves the given one, and the event, as they were."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ziyuan.workflow.cases import state as room
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.state import fold

HEAD = {"seq": 1, "at": "2026-09-21T10:00:00.000000+08:00", "actor": "张三", "actor_id": 7, "organ": "某局"}


def task(number: int) -> dict:
    return {
        "number": number, "token": number, "node": "n", "title": "环节", "role": "county_clerk", "region": "340123", "holder": 7,
        "holder_name": "张三", "state": "open", "nobody": False, "resume_at": None, "chain": [{"to": 7}],
    }  # fmt: skip


def engine(number: int) -> dict:
    return {"v": 2, "tokens": [{"id": number, "node": "n"}], "passed": ["s"], "ended": False, "end": None}


CASE = {"no": "1", "matter": "p/m", "title": "t", "applicant": "a", "county": "340123", "counties": ["340123"]}
DONE = {"state": "done", "outcome": "agree", "opinion": "同意。", "by": "张三", "organ": "某局", "by_id": 7, "next": [2]}
STANDS = {"due": None, "provisional": False}
EVENTS = [
    ("opened", {"case": CASE, "form": {"a": [1]}, "site": {"parts": [[[1]]]}, "papers": [{"kind": "k"}]}),
    ("screened", {"screening": {"themes": [{"id": "farmland"}]}}),
    ("started", {"engine": {"=": engine(1)}, "vars": {"x": [1]}, "opened": [task(1), task(2)]}),
    ("accepted", {"day": "2026-09-21", "due": "2026-10-20", "provisional": False}),
    (
        "completed",
        {"engine": {"=": engine(2)}, "closed": {"1": DONE}, "opened": [task(3)], "route": {"level": "county", "trace": []}},
    ),
    ("handed_over", {"task": 2, "holder": 8, "holder_name": "李四"}),
    ("correction_asked", {"task": 2, "items": [{"kind": "field"}], "stop": "2026-09-22", "basis": "b", **STANDS}),
    ("correction_answered", {"day": "2026-09-23", "form": {"a": [2]}, "site": None, "papers": [], "counties": ["340121"]}),
    ("clock_stopped", {"stop": {"kind": "听证", "from": "2026-09-24"}, "due": None, "provisional": False}),
    ("clock_resumed", {"stop": 2, "to": "2026-09-25", "due": "2026-10-25", "provisional": False}),
    ("extension_proposed", {"days": 5, "reason": "r", "region": "340123"}),
    ("extension_answered", {"state": "approved", "opinion": "o", "due": "2026-11-01", "provisional": False}),
    ("returned", {"engine": {"=": engine(3)}, "closed": {"3": {**DONE, "state": "returned"}}, "opened": [task(4)]}),
    ("recalled", {"engine": {"=": engine(4)}, "closed": {}, "opened": []}),
    ("timer_fired", {"engine": {"=": engine(5)}, "closed": {}, "opened": [], "nodes": []}),
    ("task_opened", {"tasks": [4]}),
    ("claimed", {"task": 4, "holder": 7, "holder_name": "张三"}),
    ("released", {"task": 4, "holder": None, "holder_name": ""}),
    ("decided", {"decision": {"result": "granted", "no": "1"}}),
    ("effected", {"effects": [{"key": "k"}]}),
    ("issued", {"document": {"no": "d"}}),
    ("rated", {"level": 5, "text": ""}),
    ("withdrawn", {"day": "2026-09-30"}),
]  # fmt: skip


def told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def unchanged(order: list[int]) -> list[str]:
    """Fold the events, then some of them again; the kinds after which something given had changed."""
    state, found = empty(), []
    for place in [*range(len(EVENTS)), *order]:
        kind, body = EVENTS[place]
        before, event = told(state), told(body)
        after = fold(state, kind, body, HEAD)
        if told(state) != before or told(body) != event:
            found.append(kind)
        state = after
    return found


@given(order=st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 8, 10, 15, 16, 17, 18, 19]), max_size=8))
def test_no_event_changes_the_state_it_is_given_or_itself(order):
    assert unchanged(order) == []


@pytest.mark.parametrize("part", ["stops", "case"])
def test_a_part_shared_that_events_change_would_be_noticed(monkeypatch, part):
    monkeypatch.setattr(room, "_WHOLE", room._WHOLE | {part})
    assert unchanged([]) != []


def test_what_is_shared_is_what_no_event_changes_in_place():
    state = empty()
    for kind, body in EVENTS[:5]:
        state = fold(state, kind, body, HEAD)
    after = fold(state, *EVENTS[5], HEAD)
    assert all(after[name] is state[name] for name in room._WHOLE)
    assert after["tasks"]["1"] is state["tasks"]["1"], "an event that says nothing of a task shares it"
    assert after["tasks"]["2"] is not state["tasks"]["2"], "the one handed over is another"


def test_a_task_changed_in_place_would_be_noticed(monkeypatch):
    monkeypatch.setattr(room, "taken", lambda state, number: state["tasks"][str(number)])
    assert unchanged([]) != []
