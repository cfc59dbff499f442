"""Rounds of a joint review are told apart: who spoke in this one gets no second seat, who spoke in an earlier one may."""

import pytest

from tests.workflow.people.conftest import office, publish  # noqa: F401  (fixtures)
from tests.workflow.world import breaks
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.errors import ChoiceNotOffered
from ziyuan.workflow.tasks.rounds import OPEN_SEAT, SPOKEN

PANEL = (
    '<multiInstanceLoopCharacteristics xmlns:zy="https://ziyuan.example/bpmn" zy:collection="reviewers"'
    ' zy:item="reviewer"/>'
)
ALLOW = "agree refuse return recall handover add_before add_after add_seat remove"
NODES = (
    {"id": "accept", "assign": 'person("anna")'},
    {"id": "panel", "role": "county_chief", "assign": "person(reviewer)", "many": PANEL, "allow": ALLOW},
    {"id": "last", "role": "city_chief", "level": "city"},
)


@pytest.fixture
def review(world, office, publish):  # noqa: F811
    publish(*NODES)
    return Review(world, office)


class Review:
    """A review by bert and head of a case that anna has accepted and the city decides."""

    def __init__(self, world, office):  # noqa: F811
        self.world, self.office = world, office
        self.case = world.open(reviewers=["bert", "head"])
        self.act("anna", "agree")

    def act(self, name, action, **more):
        to = more.pop("to", None)
        more.setdefault("opinion", "意见")
        workflow.act(self.office.actor(name), self.case.pk, action, to=self.office.keys.get(to, to), **more)

    def choices(self, name, action="add_seat"):
        task = next(n for n, t in self.tasks().items() if t["state"] == "open" and t["holder"] == self.office.keys[name])
        found = workflow.choices(self.office.actor(name), self.case.pk, action, int(task))
        return {one["name"].removesuffix("同志"): one.get("reason", "") for one in found}

    def tasks(self):
        return self.world.state(self.case)["tasks"]

    def open_seats(self):
        names = {key: name for name, key in self.office.keys.items()}
        return [names[t["holder"]] for t in self.tasks().values() if t["state"] == "open" and t.get("seat")]


@pytest.mark.parametrize("action", ["add_seat", "add_before", "add_after"])
def test_who_has_spoken_or_sits_in_this_round_is_greyed_with_the_reason(review, action):
    review.act("bert", "agree")
    found = review.choices("head", action)
    assert (found["bert"], found["chief"], found["anna"]) == (SPOKEN, "", "")
    assert list(found)[-1] == "bert", "who cannot be chosen comes last"
    with pytest.raises(ChoiceNotOffered, match="已表态"):
        review.act("head", action, to="bert")


def test_who_has_an_open_seat_is_greyed_too(review):
    assert review.choices("head")["bert"] == OPEN_SEAT


def test_who_spoke_after_another_gets_no_seat_of_his_own(review):
    review.act("bert", "add_after", to="chief")
    assert review.choices("head")["chief"] == OPEN_SEAT
    review.act("chief", "agree")
    assert (review.choices("head")["chief"], review.choices("head")["bert"]) == (SPOKEN, SPOKEN)


def test_in_the_next_round_who_spoke_in_the_one_before_may_be_asked_and_may_speak(review):
    review.act("bert", "add_seat", to="chief")
    for name in ("bert", "head", "chief"):
        review.act(name, "agree")
    review.act("city", "return", to="panel")
    assert review.open_seats() == ["bert", "head"]
    assert review.choices("head")["chief"] == "", "his seat was one of the round before"
    targets = workflow.handover_targets(review.office.actor("head"), review.case.pk, 7)
    assert [p["name"] for p in targets] == ["chief同志"], "nor does it keep him from taking a seat over"
    review.act("head", "add_seat", to="chief")
    review.act("bert", "agree")
    assert review.choices("head")["bert"] == SPOKEN
    for name in ("chief", "head"):
        review.act(name, "agree")
    assert [node for node, _ in review.world.waiting(review.case)] == ["last"]
    marks = {t["number"]: t["review"] for t in review.tasks().values() if t.get("seat")}
    assert len(set(marks.values())) == 2, "two rounds"
    assert breaks(verify_cases) == []


def test_a_vote_taken_back_stays_in_its_round(review):
    review.act("bert", "agree")
    review.act("head", "agree")
    review.act("bert", "recall", opinion="")
    assert review.open_seats() == ["bert"]
    assert review.choices("bert")["head"] == SPOKEN
    assert len({t["review"] for t in review.tasks().values() if t.get("seat")}) == 1


def test_a_seat_that_was_taken_away_is_no_seat(review):
    review.act("head", "add_seat", to="chief")
    review.act("head", "remove", to=4)
    assert review.choices("head")["chief"] == ""
