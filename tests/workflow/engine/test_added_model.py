"""Random acts on a joint review with added seats and steps agree with a plain model of it, after every act.

The model knows nothing of tokens: seats with a vote or a pile of steps on them. Votes counted are seats closed with an
outcome, each votes once, a seat that is taken back keeps its place, and who waits is who the model says.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.engine.drawn import bpmn, many
from ziyuan.workflow.engine import Graph, NotPossible
from ziyuan.workflow.engine.adding import MOST_ADDED, STEPS

PEOPLE = ["甲", "乙", "丙"]
NOTATION = "s:start -> z; z -> a; a -> c; c -> e:end"
MARK = many("", 'zy:collection="people" zy:item="who"', "agreed * 2 > total")


@dataclass
class Seat:
    vote: str = ""
    steps: list[tuple[str, int]] = field(default_factory=list)
    person: int = 0


@dataclass
class Model:
    """z, the review a, c or the end; the pile of steps on a seat, the last on top."""

    at: str = "z"
    seats: dict[int, Seat] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def waiting(self) -> list[tuple[object, ...]]:
        if self.at != "a":
            return [] if self.at == "end" else [(self.at, "", 0)]
        open_seats = [(n, s) for n, s in self.seats.items() if n not in self.gone and not s.vote]
        return sorted(("a", *s.steps[-1]) if s.steps else ("a", "", n) for n, s in open_seats)

    def enter(self) -> None:
        self.at, self.gone = "a", set()
        self.seats = {n: Seat() for n in range(1, len(PEOPLE) + 1)}

    def done(self, number: int, outcome: str) -> None:
        seat = self.seats[number]
        if not seat.steps:
            seat.vote = outcome
            return self.count()
        how, _ = seat.steps.pop()
        return self.done(number, outcome) if how == "after" else None

    def count(self) -> None:
        live = [s for n, s in self.seats.items() if n not in self.gone]
        agreed = sum(s.vote == "agree" for s in live)
        cast = sum(bool(s.vote) for s in live)
        if cast and (agreed * 2 > len(live) or cast == len(live)):
            self.at = "c"

    def take_away(self, number: int) -> None:
        if self.seats[number].steps:
            self.seats[number].steps.pop()
            return
        if len(self.seats) - len(self.gone) < 2:
            raise NotPossible("the last seat")
        self.gone.add(number)
        self.count()

    def recall(self, number: int) -> None:
        if self.at not in ("a", "c") or not self.seats.get(number, Seat()).vote:
            raise NotPossible("no vote")
        if self.at == "c":
            for seat in self.seats.values():
                seat.steps = []
        self.at, self.seats[number].vote = "a", ""


class Both:
    """The engine and the model, given the same acts."""

    def __init__(self) -> None:
        self.graph = Graph.of(bpmn(NOTATION, inside={"a": MARK}))
        self.given = {"people": PEOPLE}
        self.step = self.graph.start(self.given)
        self.model = Model()
        self.person = 100

    @property
    def state(self):
        return self.step.state

    def take(self, act: str, pick: int, outcome: str) -> None:
        """One act on one of those who wait, refused by both or by neither."""
        before = repr(self.state)
        try:
            step = self._engine(act, pick, outcome)
        except NotPossible:
            assert repr(self.state) == before, "a refusal changes nothing"
            with pytest.raises((NotPossible, KeyError)):
                self._model(act, pick, outcome)
            return
        self._model(act, pick, outcome)
        self.step = step

    def _chosen(self, pick: int):
        found = self.step.ready
        if not found:
            raise NotPossible("nobody waits")
        return found[pick % len(found)]

    def _engine(self, act: str, pick: int, outcome: str):
        g, vars = self.graph, {**self.given, "outcome": outcome}
        if act == "recall":
            return g.recall(self.state, "a", seat=pick + 1, vars=vars)
        if act == "jump":
            return g.jump(self.state, "z", vars=vars)
        if act in (*STEPS, "seat") and self.model.at != "a":
            raise NotPossible("the model adds in the review only")
        one = self.chosen = self._chosen(pick)
        if act == "do":
            return g.complete(self.state, one.token, vars)
        if act == "return":
            return g.back_to(self.state, one.token, "z", vars=vars)
        if act == "remove":
            return g.remove(self.state, one.token, vars)
        self.person += 1
        place = {"person": self.person, "name": ""}
        if act == "seat":
            return g.add_seat(self.state, one.token, place)
        return g.add_step(self.state, one.token, act, place, {"person": 0})

    def _model(self, act: str, pick: int, outcome: str) -> None:
        m = self.model
        if act == "recall":
            return m.recall(pick + 1)
        if act == "jump" or act == "return":
            if m.at not in ("a", "c"):
                raise NotPossible("nowhere to go")
            m.at, m.seats = "z", {}
            return None
        if m.at != "a":
            if act != "do" or m.at == "end":
                raise NotPossible("not in the review")
            return m.enter() if m.at == "z" else setattr(m, "at", "end")
        return self._in_review(act, outcome)

    def _in_review(self, act: str, outcome: str) -> None:
        m, number = self.model, self._seat_of(self.chosen)
        if act == "do":
            m.done(number, outcome)
        elif act == "remove":
            m.take_away(number)
        elif act == "seat":
            if self.chosen.added in STEPS:
                raise NotPossible("a step has no seats")
            m.seats[len(m.seats) + 1] = Seat(person=self.person)
        else:
            if len(m.seats[number].steps) >= MOST_ADDED:
                raise NotPossible("too deep")
            m.seats[number].steps.append((act, self.person))

    def _seat_of(self, one) -> int:
        if one.seat:
            return one.seat
        return next(n for n, s in self.model.seats.items() if s.steps and s.steps[-1][1] == one.place["person"])

    def agree(self) -> None:
        """Who waits, and what is counted."""
        told = [
            (r.node, r.added, r.place["person"]) if r.added in STEPS else (r.node, "", r.seat or 0) for r in self.step.ready
        ]
        assert sorted(told) == self.model.waiting()
        bodies = [t for t in self.state["tokens"] if t.get("frame") == "multi"]
        if self.model.at != "a":
            return
        votes = {n: s.vote for n, s in self.model.seats.items() if s.vote}
        assert dict(bodies[0]["outs"]) == votes
        assert len(bodies[0]["outs"]) == len(votes), "each seat votes once"
        for r in self.step.ready:
            person = self.model.seats[r.seat].person if r.seat else 0
            assert not person or r.place["person"] == person, "an added seat keeps its place"


ACT = st.tuples(
    st.sampled_from(
        ["do", "do", "do", "do", "before", "after", "delegate", "seat", "remove", "remove", "recall", "return", "jump"]
    ),
    st.integers(0, 5),
    st.sampled_from(["agree", "agree", "refuse"]),
)


@settings(max_examples=300, deadline=None)
@given(acts=st.lists(ACT, max_size=40))
def test_whoever_waits_and_whatever_counts_is_what_the_plain_model_says(acts):
    both = Both()
    for act in acts:
        both.take(*act)
        both.agree()


def test_the_model_is_a_control_a_process_that_counted_a_removed_seat_would_differ():
    both = Both()
    both.take("do", 0, "agree")
    both.take("do", 0, "agree")
    both.take("remove", 1, "agree")
    both.agree()
    both.model.gone.clear()
    with pytest.raises(AssertionError):
        both.agree()
