"""Rows are where the process is: joint review, seats taken back, a part that ends by a timer, an end that closes all."""

import dataclasses
from datetime import datetime, timedelta

import pytest

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks, person
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import moving
from ziyuan.workflow.cases.journal import head_of, rebuild
from ziyuan.workflow.cases.parts import empty
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.cases.state import fold
from ziyuan.workflow.cases.timers import ring_due
from ziyuan.workflow.cases.versions import runtime_of
from ziyuan.workflow.engine import Graph, UncaughtEvent, next_due
from ziyuan.workflow.errors import ActionRefused, FormIncomplete, RowsApart, WrongState
from ziyuan.workflow.models import Case, CaseEvent, Task


@pytest.fixture
def joint(world, monkeypatch, tmp_path, request):
    """The small matter, five chiefs of the county, a case whose review is open; the third vote of five decides."""
    small_matter.publish(monkeypatch, tmp_path, small_matter.process(getattr(request, "param", "3 / 5")))
    chiefs = [world.officer("county_chief", FEIXI)]
    chiefs += [person("county_chief", FEIXI, f"t-chief-{n}", f"第{n}位负责人") for n in range(2, 6)]
    case = world.open(reviewers=[c.person for c in chiefs])
    world.act("county_clerk", FEIXI, case, "agree")
    return Joint(world, case, chiefs)


class Joint:
    def __init__(self, world, case, chiefs):
        self.world, self.case, self.chiefs = world, case, chiefs

    def vote(self, seat: int, action: str = "agree", **more) -> None:
        more.setdefault("opinion", "同意。")
        workflow.act(self.chiefs[seat - 1], self.case.pk, action, **more)

    def decided(self) -> None:
        for seat in (1, 2, 3):
            self.vote(seat)

    def seats(self) -> list[tuple[int, str]]:
        """(seat, state) of each row of the review, in the order they were opened."""
        tasks = self.world.state(self.case)["tasks"].values()
        return [(t["seat"], t["state"]) for t in tasks if t["node"] == "review"]

    def waiting(self) -> list[str]:
        return sorted(node for node, _ in self.world.waiting(self.case))

    def kinds(self) -> list[str]:
        with kernel.acting(kernel.system_actor()):
            return list(CaseEvent.objects.filter(case=self.case).order_by("seq").values_list("kind", flat=True))

    def row(self) -> Case:
        with kernel.acting(kernel.system_actor()):
            return Case.objects.get(pk=self.case.pk)

    def reply(self, **more) -> None:
        workflow.case_message(kernel.system_actor("交换导入"), self.case.pk, "reply", **more)


def later(monkeypatch, days: float) -> None:
    moment = kernel.now() + timedelta(days=days)
    monkeypatch.setattr(kernel, "now", lambda: moment)
    monkeypatch.setattr(kernel, "today", lambda: moment.date())


def tick() -> int:
    return ring_due(kernel.system_actor("定时"))


def test_every_seat_of_a_joint_review_is_a_row_of_its_holder(joint):
    tasks = [t for t in joint.world.state(joint.case)["tasks"].values() if t["node"] == "review"]
    assert [(t["seat"], t["item"], t["holder"]) for t in tasks] == [
        (n, c.person, c.person) for n, c in enumerate(joint.chiefs, start=1)
    ]
    assert [workflow.tasks_count(c) for c in joint.chiefs] == [1] * 5


def test_the_third_vote_of_five_decides_and_two_seats_are_not_needed(joint):
    joint.vote(4)
    joint.vote(1)
    assert joint.waiting() == ["review"] * 3
    joint.vote(5)
    assert joint.seats() == [(1, "done"), (2, "not_needed"), (3, "not_needed"), (4, "done"), (5, "done")]
    assert joint.waiting() == ["sign"]
    tasks = joint.world.state(joint.case)["tasks"]
    sign = next(t["number"] for t in tasks.values() if t["node"] == "sign")
    assert {tuple(t["next"]) for t in tasks.values() if t["state"] == "not_needed"} == {(sign,)}
    assert [t["by_id"] for t in tasks.values() if t["state"] == "not_needed"] == [None, None]
    assert joint.world.state(joint.case)["vars"]["votes"]["agreed"] == 3
    with pytest.raises(ActionRefused, match="不在您名下"):
        joint.vote(2)
    assert breaks(verify_cases) == []


@pytest.mark.parametrize("joint", ["2 / 3"], indirect=True)
def test_two_thirds_of_five_are_four_votes(joint):
    joint.decided()
    assert joint.waiting() == ["review"] * 2
    joint.vote(4)
    assert joint.seats()[-1] == (5, "not_needed")


def test_a_seat_that_was_not_needed_is_not_among_what_its_holder_has_done(joint):
    joint.decided()
    boxes = [[len(workflow.tasks_page(c, box=b)["items"]) for b in ("todo", "done")] for c in joint.chiefs]
    assert boxes == [[0, 1], [0, 1], [0, 1], [0, 0], [0, 0]]


def test_two_refusals_of_five_end_the_review_too(joint):
    joint.vote(1, "refuse")
    joint.vote(2, "refuse")
    assert [s for _, s in joint.seats()] == ["done", "done", *["not_needed"] * 3]


def test_a_seat_that_takes_its_vote_back_keeps_its_item_and_the_others_keep_theirs(joint):
    joint.vote(1)
    joint.vote(2)
    workflow.act(joint.chiefs[0], joint.case.pk, "recall")
    tasks = [t for t in joint.world.state(joint.case)["tasks"].values() if t["node"] == "review"]
    again = tasks[-1]
    assert (again["seat"], again["item"], again["holder"]) == (1, joint.chiefs[0].person, joint.chiefs[0].person)
    assert joint.waiting() == ["review"] * 4
    joint.vote(3)
    assert joint.waiting() == ["review"] * 3, "the vote taken back no longer counts"
    joint.vote(1)
    assert joint.waiting() == ["sign"]


def test_taking_back_the_deciding_vote_opens_the_seats_that_were_not_needed(joint):
    joint.decided()
    workflow.act(joint.chiefs[2], joint.case.pk, "recall")
    assert joint.waiting() == ["review"] * 3
    tasks = list(joint.world.state(joint.case)["tasks"].values())[-3:]
    assert [(t["seat"], t["holder"]) for t in tasks] == [(n, joint.chiefs[n - 1].person) for n in (3, 4, 5)]


def test_nobody_has_two_seats_of_one_review(joint):
    with pytest.raises(ActionRefused):
        joint.vote(1, "handover", to=joint.chiefs[1].person)
    assert workflow.handover_targets(joint.chiefs[0], joint.case.pk, 2) == []


def test_seats_of_nobody_in_particular_wait_in_the_pool_and_each_takes_one(joint):
    case = joint.world.open(reviewers=["甲", "乙"])
    joint.world.act("county_clerk", FEIXI, case, "agree")
    state = joint.world.state(case)
    assert [t["holder"] for t in state["tasks"].values() if t["node"] == "review"] == [None, None]
    first, second = (t["number"] for t in state["tasks"].values() if t["node"] == "review")
    workflow.act(joint.chiefs[0], case.pk, "claim", task=first)
    with pytest.raises(ActionRefused, match="占有一席"):
        workflow.act(joint.chiefs[0], case.pk, "claim", task=second)
    workflow.act(joint.chiefs[1], case.pk, "claim", task=second)


def test_where_there_are_fewer_officers_than_seats_the_rest_wait_for_somebody(world, monkeypatch, tmp_path):
    """Negative control of one person, one seat: the only chief does not decide a review of two alone."""
    small_matter.publish(monkeypatch, tmp_path, small_matter.process())
    chief = world.officer("county_chief", FEIXI)
    case = world.open(reviewers=["甲", "乙"])
    world.act("county_clerk", FEIXI, case, "agree")
    told = [(t["holder"], t["nobody"]) for t in world.state(case)["tasks"].values() if t["node"] == "review"]
    assert told == [(chief.person, False), (None, True)]


def test_while_one_seat_asks_the_applicant_the_others_wait(joint):
    item = {"kind": "field", "target": "scale", "text": "请写明"}
    joint.vote(1, "correct", items=[item])
    with pytest.raises(ActionRefused, match="正在等待申请人补正"):
        joint.vote(2)
    with pytest.raises(WrongState):
        joint.reply()
    joint.world.answer(joint.case, reviewers=[c.person for c in joint.chiefs])
    joint.decided()
    assert joint.waiting() == ["sign"]


def test_a_return_to_a_joint_review_is_done_again_by_all(joint):
    joint.decided()
    joint.world.act("city_chief", HEFEI, joint.case, "return")
    assert joint.waiting() == ["review"] * 5
    assert breaks(verify_cases) == []


def test_an_end_that_terminates_closes_everything(joint):
    joint.decided()
    joint.reply()
    assert joint.waiting() == ["note", "sign"]
    joint.world.act("county_clerk", FEIXI, joint.case, "refuse")
    tasks = joint.world.state(joint.case)["tasks"].values()
    assert [t["state"] for t in tasks if t["node"] == "sign"] == ["terminated"]
    assert (joint.waiting(), joint.row().status, joint.row().next_due) == ([], "refused", None)
    assert breaks(verify_cases) == []


def test_a_case_of_an_earlier_release_rebuilds_as_it_was_written(world):
    """Its events say nothing of what followed a closed task, and its engine state nothing of timers."""
    case = world.decided()
    with kernel.acting(kernel.system_actor()):
        stored = list(CaseEvent.objects.filter(case=case).order_by("seq"))
    state = empty()
    for event in stored:
        for told in event.body.get("closed", {}).values():
            told.pop("next", None)
        state = fold(state, event.kind, event.body, head_of(event))
    now = world.state(case)
    assert [t.pop("next", None) for t in now["tasks"].values()] == [[2], None]
    assert (state, next_due(state["engine"])) == (now, None)


# -- timers ------------------------------------------------------------------------------------------------


def test_a_timer_escalates_when_nobody_signs_and_not_a_moment_before(joint, monkeypatch):
    joint.decided()
    row = joint.row()
    assert row.next_due == runtime_of(row).graph.next_due(row.state["engine"])
    later(monkeypatch, 0.99)
    assert tick() == 0
    later(monkeypatch, 2.02)
    assert tick() == 1
    assert joint.waiting() == ["escalate"]
    assert joint.kinds()[-3:] == ["timer_fired"] * 3, "two reminders, then the escalation, each at its own moment"
    tasks = joint.world.state(joint.case)["tasks"].values()
    assert [(t["state"], t["by_id"]) for t in tasks if t["node"] == "sign"] == [("interrupted", None)]
    assert (tick(), joint.row().next_due) == (0, None)
    joint.world.act("province_chief", ANHUI, joint.case, "agree")
    assert breaks(verify_cases) == []


def test_each_late_timer_says_its_own_moment_and_the_clock_is_who_did_it(joint, monkeypatch):
    joint.decided()
    begun = joint.row().next_due - timedelta(days=1)
    later(monkeypatch, 40)
    tick()
    with kernel.acting(kernel.system_actor()):
        fired = list(CaseEvent.objects.filter(case=joint.case, kind="timer_fired").order_by("seq"))
    told = [(e.body["nodes"], datetime.fromisoformat(e.body["moment"]), e.actor, e.actor_id) for e in fired]
    days = [(["remind"], 1), (["remind"], 2), (["late"], 3)]
    assert told == [(n, begun + timedelta(d), "定时", None) for n, d in days]


def test_an_act_first_fires_what_is_due(joint, monkeypatch):
    joint.decided()
    later(monkeypatch, 5)
    with pytest.raises(ActionRefused, match="不在您名下"):
        joint.world.act("city_chief", HEFEI, joint.case, "agree")
    assert joint.waiting() == ["sign"], "a refused act leaves nothing, the timer neither"
    joint.reply()
    assert joint.waiting() == ["escalate", "note"]
    assert joint.kinds()[-4:] == [*["timer_fired"] * 3, "message_came"]
    assert tick() == 0


def test_timers_stand_still_while_the_applicant_corrects(joint, monkeypatch):
    joint.decided()
    second = person("county_clerk", FEIXI, "t-clerk-2", "第二经办人")
    joint.reply()
    item = {"kind": "field", "target": "scale", "text": "请写明"}
    joint.world.act("city_chief", HEFEI, joint.case, "correct", items=[item])
    later(monkeypatch, 5)
    assert tick() == 0
    workflow.act(second, joint.case.pk, "claim")
    assert joint.kinds()[-1] == "claimed", "an act that is possible meanwhile fires nothing either"
    joint.world.answer(joint.case, reviewers=[c.person for c in joint.chiefs])
    assert tick() == 1
    assert joint.waiting() == ["escalate", "note"]


def test_a_case_that_cannot_move_does_not_keep_the_others_waiting(joint, monkeypatch):
    joint.decided()
    other = joint.world.open(reviewers=[c.person for c in joint.chiefs])
    joint.world.act("county_clerk", FEIXI, other, "agree")
    for chief in joint.chiefs[:3]:
        workflow.act(chief, other.pk, "agree", opinion="同意。")
    real = Graph.advance

    def advance(graph, state, to, vars, *, decide=None):
        if state == joint.row().state["engine"]:
            raise RowsApart("x", [], [])
        return real(graph, state, to, vars, decide=decide)

    monkeypatch.setattr(Graph, "advance", advance)
    later(monkeypatch, 1.5)
    assert tick() == 1
    monkeypatch.setattr(Graph, "advance", real)
    assert tick() == 1


# -- messages ----------------------------------------------------------------------------------------------


def test_a_message_is_taken_once_for_each_command_with_the_values_declared_for_it(joint):
    joint.decided()
    joint.reply(vars={"answer": "可以"}, command="m1")
    joint.reply(vars={"answer": "不可以"}, command="m1")
    assert joint.kinds().count("message_came") == 1
    assert joint.world.state(joint.case)["vars"]["answer"] == "可以"
    assert joint.waiting() == ["note", "sign"]


@pytest.mark.parametrize("name", ["outcome", "votes", "其他"])
def test_a_message_sets_nothing_that_the_matter_did_not_declare(joint, name):
    joint.decided()
    with pytest.raises(FormIncomplete, match="声明"):
        joint.reply(vars={name: "agree"})
    assert "message_came" not in joint.kinds()


def test_an_early_message_is_kept_until_somebody_waits_for_it(joint):
    joint.reply()
    assert joint.waiting() == ["review"] * 5
    joint.decided()
    assert joint.waiting() == ["note", "sign"]


def test_a_message_nobody_knows_is_refused_and_may_be_brought_again(joint):
    by = kernel.system_actor()
    with pytest.raises(UncaughtEvent):
        workflow.case_message(by, joint.case.pk, "replay", command="m1")
    assert "message_came" not in joint.kinds()
    joint.reply(command="m1")
    assert "message_came" in joint.kinds()


def test_what_the_process_sends_is_announced_with_the_act(joint, monkeypatch):
    sent = []
    real = kernel.announce
    monkeypatch.setattr(kernel, "announce", lambda n, **f: sent.append((n, f.get("message"))) or real(n, **f))
    joint.decided()
    later(monkeypatch, 1.5)
    tick()
    assert ("case.message", "reminder") in sent


# -- the defences themselves -------------------------------------------------------------------------------


def test_a_step_that_would_part_rows_and_tokens_writes_nothing(joint, monkeypatch):
    """Negative control: an engine that forgets to say which seats went."""
    real = Graph.complete

    def forgetful(graph, *given, **more):
        step = real(graph, *given, **more)
        return dataclasses.replace(step, left=[one for one in step.left if one.how == "completed"])

    joint.vote(1)
    joint.vote(2)
    monkeypatch.setattr(Graph, "complete", forgetful)
    before = joint.kinds()
    with pytest.raises(RowsApart, match="待办与流程不符"):
        joint.vote(3)
    assert joint.kinds() == before
    assert joint.waiting() == ["review"] * 3


def test_without_that_defence_the_seats_would_stay_open(joint, monkeypatch):
    real = Graph.complete

    def forgetful(graph, *given, **more):
        step = real(graph, *given, **more)
        return dataclasses.replace(step, left=[one for one in step.left if one.how == "completed"])

    monkeypatch.setattr(Graph, "complete", forgetful)
    monkeypatch.setattr(moving, "_together", lambda state, step: None)
    joint.decided()
    assert joint.waiting() == ["review", "review", "sign"]


def test_a_row_that_says_another_moment_than_the_events_is_found(joint):
    joint.decided()
    with kernel.acting(kernel.system_actor()):
        Case.objects.filter(pk=joint.case.pk).update(next_due=None)
    assert [b.place.split()[-1] for b in breaks(verify_cases)] == ["next_due"]
    row = joint.row()
    with kernel.acting(kernel.system_actor()):
        assert rebuild(row)[0] == row.state
        assert Task.objects.filter(case=row, state="open").count() == 1
