"""Whatever people add, take away, delegate, jump, end and begin again: rows are where the process is and what events say."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person
from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.models import Case, CaseEvent, Task

WORDS = "agree refuse return recall handover add_before add_after add_seat remove delegate jump terminate"
BLIND = [
    *["agree", "add_before", "add_after", "add_seat", "delegate", "advise", "remove"],
    *["return", "recall", "refuse", "jump", "approve_jump", "terminate", "restart"],
]
RARE = ("refuse", "terminate")  # tried blindly only, else every case is soon over
# who begins to look for something to do; an act tried blindly, or one of those offered; which of what may be chosen
STEP = st.tuples(st.integers(0, 7), st.one_of(st.none(), st.none(), st.none(), st.sampled_from(BLIND)), st.integers(0, 40))


@pytest.fixture
def team(world, monkeypatch, tmp_path):
    """The small matter with every act allowed, and eight officers of three levels."""
    text = small_matter.process("3 / 5").replace(small_matter.ALLOW, f'zy:allow="{WORDS}" zy:jump="true"')
    endings = {"gone": {"title": "申请人主体消灭", "basis": "示例依据 第一条"}}
    small_matter.publish(monkeypatch, tmp_path, text, terminations=endings)
    chiefs = [world.officer("county_chief", FEIXI), *(person("county_chief", FEIXI, f"t-r-{n}", f"第{n}位") for n in (2, 3))]
    posts = (("county_clerk", FEIXI), ("city_reviewer", HEFEI), ("city_chief", HEFEI), ("province_chief", ANHUI))
    return [*chiefs, *(world.officer(*post) for post in posts), person("city_chief", HEFEI, "t-r-4", "市局另一位")]


def take(case, team, who: int, action: str | None, pick: int) -> None:
    """One act: what is offered and enabled must go through, what is tried blindly is mostly refused."""
    by, offer = team[who], None
    if action is None:
        for officer in [*team[who:], *team[:who]]:
            found = [a for a in workflow.case_record(officer, case.pk)["actions"] if a["enabled"] and a["id"] not in RARE]
            if found:
                by, offer = officer, found[pick % len(found)]
                break
        if offer is None:
            return
    name, task = (offer["id"], offer["task"]) if offer else (action, None)
    choices = [one for one in workflow.choices(by, case.pk, name, task or 0) if not one.get("reason")]
    to = choices[pick % len(choices)]["id"] if choices else None
    try:
        workflow.act(by, case.pk, name, task=task, to=to, opinion="意见")
    except ZiyuanError:
        needs_choice = offer and "to" in offer["needs"]
        assert offer is None or (needs_choice and (to is None or name == "remove")), f"{name} was offered"
        raise


@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a failing story of eighteen acts is told as it happened
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=18))
def test_rows_are_where_the_process_is_after_any_of_these_acts(team, world, steps):
    case = world.open(reviewers=[c.person for c in team[:3]])
    seen: list[tuple[int, str]] = []
    rows: set[int] = set()
    for who, action, pick in steps:
        try:
            take(case, team, who, action, pick)
        except ZiyuanError:
            assert events(case) == seen or not seen, "a refusal leaves nothing behind"
        now = events(case)
        assert now[: len(seen)] == seen, "no event is lost or changed"
        seen = now
        rows = check(case, rows)
    assert breaks(verify_cases) == []


def events(case) -> list[tuple[int, str]]:
    with kernel.acting(kernel.system_actor()):
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("seq", "hash"))


def check(case, rows: set[int]) -> set[int]:
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        state, head = rebuild(row)
        assert (state, head) == (row.state, row.head)
        now = set(Task.objects.filter(case=case).values_list("pk", flat=True))
    assert rows <= now, "a row never disappears"
    nodes = runtime_of(row).graph.nodes
    resting = [t for t in state["engine"]["tokens"] if not {"frame", "via"} & t.keys()]
    tokens = [t["id"] for t in resting if nodes[t["node"]].waits] if not state["engine"]["ended"] else []
    waiting = [t for t in state["tasks"].values() if t["state"] in ("open", "waiting")]
    assert sorted(t["token"] for t in waiting) == sorted(tokens)
    assert all(t["by_id"] == t["holder"] for t in state["tasks"].values() if t["state"] in ("done", "added", "returned"))
    aside = [t for t in state["tasks"].values() if t.get("added") in ("before", "delegate") and t["state"] == "done"]
    assert all(t["outcome"] != "advise" or t["added"] == "delegate" for t in aside)
    return now
