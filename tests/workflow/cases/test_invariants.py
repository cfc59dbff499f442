"""Whatever people do in whatever order: the rows are what the events say, and nothing is lost, doubled or stranded.

Random action sequences on one case (invariants 1 to 5 and 8 of the design), each act tried by somebody at random:
most are refused, and a refusal must leave nothing behind.
"""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, PAPERS, box, breaks, person
from ziyuan.archive.models import ArchiveRecord
from ziyuan.base import workdays
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.clock import reading
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.cases.shown import ShortClock
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.clocks.clock import lamp
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent, Task

PEOPLE = [
    ("county_clerk", FEIXI),
    ("county_chief", FEIXI),
    ("city_reviewer", HEFEI),
    ("city_chief", HEFEI),
    ("province_chief", ANHUI),
    ("county_clerk", CHANGFENG),
]
ACTIONS = [
    "agree",
    "agree",
    "agree",
    "agree",
    "refuse",
    "return",
    "recall",
    "correct",
    "handover",
    "claim",
    "release",
]
CLOCK = ["stop", "stop", "resume", "resume", "extend", "approve", "refuse"]
KINDS = ["专家评审", "听证", "现场勘验", "补正"]
ITEM = {"kind": "field", "target": "scale", "text": "请写明"}
STEP = st.one_of(
    st.tuples(st.just("act"), st.sampled_from(PEOPLE), st.sampled_from(ACTIONS), st.integers(0, 3)),
    st.tuples(
        st.sampled_from(["answer", "answer", "withdraw", "rate"]), st.none(), st.none(), st.integers(0, 3)
    ),
    st.tuples(st.just("clock"), st.sampled_from(PEOPLE), st.sampled_from(CLOCK), st.integers(0, 3)),
    st.tuples(st.just("days"), st.none(), st.none(), st.integers(1, 9)),
)


def take(world, case, step, on_day) -> None:
    kind, who, action, command = step
    by = kernel.system_actor()
    if kind == "clock":
        return move_clock(world.officer(*who), case.pk, action, command)
    if kind == "days":
        on_day((kernel.today() + timedelta(command)).isoformat())
        return None
    if kind == "act":
        world.act(*who, case, action, items=[ITEM], command=f"c{command}-{action}-{who[0]}", to=None)
    elif kind == "answer":
        world.answer(case, papers=(*PAPERS, "farmland_proof"))
    elif kind == "withdraw":
        workflow.withdraw({"no": case.outer_no}, by)
    else:
        workflow.take_rating({"no": case.outer_no, "level": 3, "text": ""}, by)


def move_clock(by, case, action, number) -> None:
    if action == "stop":
        workflow.stop_clock(by, case, kind=KINDS[number], reason="理由", basis="依据", command=f"s{number}")
    elif action == "resume":
        workflow.resume_clock(by, case, stop=number + 1)
    elif action == "extend":
        workflow.propose_extension(by, case, days=number + 1, reason="理由")
    else:
        workflow.answer_extension(by, case, approve=action == "approve", opinion="意见")


def events(case) -> list[tuple[int, str]]:
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", "hash"))


@pytest.mark.parametrize("level", ["county", "province"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=1, max_size=14), hit=st.booleans())
def test_rows_are_what_the_events_say_after_any_acts(world, on_day, level, steps, hit):
    on_day("2026-09-21")
    shape = box(200, 120, 260, 180) if hit else None
    case = world.open(shape, project_level=level, investment=1)
    for step in steps:
        before = events(case)
        tasks = set(_tasks(case))
        try:
            take(world, case, step, on_day)
        except ZiyuanError:
            assert events(case) == before, "a refusal leaves nothing behind"
        assert events(case)[: len(before)] == before, "no event is lost or changed"
        assert tasks <= set(_tasks(case)), "a row never disappears"
        _check(case)
    assert breaks(verify_cases) == []


SMALL = st.one_of(
    st.tuples(st.just("vote"), st.integers(0, 4), st.sampled_from(["agree", "agree", "refuse", "return", "recall", "correct"])),
    st.tuples(
        st.just("act"),
        st.sampled_from([("county_clerk", FEIXI), ("city_chief", HEFEI), ("province_chief", ANHUI)]),
        st.sampled_from(["agree", "agree", "refuse", "return", "recall", "correct"]),
    ),
    st.tuples(st.sampled_from(["reply", "reply", "answer", "withdraw"]), st.just(0), st.just("")),
    st.tuples(st.sampled_from(["days", "clock"]), st.integers(1, 4), st.just("")),
)


def take_small(world, case, chiefs, step, on_day) -> None:
    kind, who, action = step
    if kind == "vote":
        workflow.act(chiefs[who], case.pk, action, opinion="意见", items=[ITEM])
    elif kind == "act":
        world.act(*who, case, action, items=[ITEM])
    elif kind == "reply":
        workflow.case_message(kernel.system_actor(), case.pk, "reply", {"answer": 1.5})
    elif kind == "answer":
        world.answer(case, reviewers=[c.person for c in chiefs])
    elif kind == "withdraw":
        workflow.withdraw({"no": case.outer_no}, kernel.system_actor())
    else:
        on_day((kernel.today() + timedelta(who)).isoformat())
        if kind == "clock":
            workflow.ring_due(kernel.system_actor())


@pytest.mark.parametrize("small", [False, True], indirect=True, ids=["side-by-side", "in-order"])
@settings(
    max_examples=14,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(SMALL, max_size=16), through=st.booleans())
def test_so_they_are_with_joint_reviews_timers_and_messages(small, world, on_day, steps, through):
    on_day("2026-09-21")
    case = world.open(reviewers=[c.person for c in small])
    if through:
        world.act("county_clerk", FEIXI, case, "agree")
        for chief in small[:3]:
            workflow.act(chief, case.pk, "agree", opinion="同意。")
        _check(case)
    for step in steps:
        before = events(case)
        try:
            take_small(world, case, small, step, on_day)
        except ZiyuanError:
            assert events(case) == before, "a refusal leaves nothing behind"
        assert events(case)[: len(before)] == before, "no event is lost or changed"
        _check(case)
    assert breaks(verify_cases) == []


@pytest.fixture
def small(world, monkeypatch, tmp_path, request):
    """The small matter and the five chiefs who review."""
    small_matter.publish(monkeypatch, tmp_path, small_matter.process(sequential=request.param))
    first = world.officer("county_chief", FEIXI)
    return [first, *(person("county_chief", FEIXI, f"t-chief-{n}", f"第{n}位负责人") for n in range(2, 6))]


def _tasks(case) -> list[int]:
    with kernel.acting(kernel.system_actor()):
        return list(Task.objects.filter(case=case).values_list("pk", flat=True))


def _check(case) -> None:
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        state, head = rebuild(row)
        assert (state, head) == (row.state, row.head)
        waiting = [t for t in state["tasks"].values() if t["state"] in ("open", "waiting")]
        tokens = _people(row, state)
        assert sorted(t["token"] for t in waiting) == sorted(tokens), (
            "people's tasks are where the process is"
        )
        effects = AppliedEffect.objects.filter(case=row).count()
        archived = ArchiveRecord.objects.filter(case_no=row.no, withdrawn=None).count()
        if row.status in ("open", "correcting"):
            standing = {t["node"] for t in state["engine"]["tokens"]} & {"reply"}
            assert waiting or row.next_due or standing, "an open case waits for a person, a moment or a message"
            assert (effects, archived) == (0, 0)
            assert (row.status == "correcting") == (state["correction"] is not None)
        elif row.status == "withdrawn":
            assert (waiting, effects, archived) == ([], 1, 1), "filed, and nothing else"
        else:
            assert waiting == []
            assert (effects, archived) == ({"granted": 2, "refused": 1}[row.status], 1)
            assert state["decision"]
        assert row.next_due == runtime_of(row).graph.next_due(state["engine"])
        _check_clock(row, state)
        done = [t for t in state["tasks"].values() if t["state"] == "done"]
        assert all(t["by_id"] == t["holder"] for t in done), "no act by one who does not hold the task"


def _people(row, state) -> list[int]:
    """Tokens at tasks of people, by the drawing alone: not those that stand for a running part or wait at a join."""
    nodes = runtime_of(row).graph.nodes
    at_rest = [t for t in state["engine"]["tokens"] if "frame" not in t and "via" not in t]
    return [t["id"] for t in at_rest if nodes[t["node"]].type == "userTask"] if not state["engine"]["ended"] else []


def _check_clock(row, state) -> None:
    """Invariant 4: what the page shows of the clock sums to the working time since acceptance, and the row agrees."""
    shown, told = reading(runtime_of(row), state), state["case"]
    listed = ShortClock().shown(row)  # from the row alone, as the inbox shows it
    assert listed == {"days_left": shown["left"], **{name: shown[name] for name in ("due", "lamp", "provisional", "standing")}}
    if not told["accepted"]:
        assert (shown["intervals"], shown["lamp"], row.due) == ([], "none", None)
        return
    accepted = date.fromisoformat(told["accepted"])
    until = date.fromisoformat(told["closed"][:10]) if told["closed"] else kernel.today()
    run = sum(i["days"] for i in shown["intervals"] if not i["kind"])
    stood = sum(i["days"] for i in shown["intervals"] if i["kind"])
    assert run + stood == workdays.between(accepted, until).days
    assert (run, stood) == (shown["used"], shown["stopped"])
    assert shown["left"] == shown["promised"] + shown["extended"] - run
    assert shown["statutory_limit"]["left"] >= shown["left"]
    if row.status in ("open", "correcting"):
        assert shown["lamp"] == lamp(shown["left"], shown["promised"] + shown["extended"], 3)
        stands = any(s["to"] is None and s.get("counts", True) for s in state["stops"])
        assert (row.due is None) == stands == bool(shown["standing"])
        assert stands or row.due.isoformat() == shown["due"]
