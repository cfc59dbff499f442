"""Seats and steps that people add while a task runs (加签、委派), and take away again untouched (减签).

A step added before or after a task, or a delegation, lies inside the task: the task becomes a frame (`add`) that waits
for it, so that whatever takes the task away takes the step too. When the step is done the task is open again
(before, delegate), or goes on where it was already said (after). A seat added to a joint review is one instance more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ziyuan.workflow.engine import activities, game
from ziyuan.workflow.engine.errors import NotPossible, TooMany
from ziyuan.workflow.engine.play import Play, Token, kept
from ziyuan.workflow.engine.steps import Left, Step

STEPS = ("before", "after", "delegate")
MOST_ADDED = 5  # steps within steps

Place = Mapping[str, Any]


def add_step(play: Play, at: int | str, how: str, place: Place, was: Place) -> Step:
    """A step before or after the task `at`, or its delegation. `place` says whose it is, `was` whose the task is."""
    task = play.find(at)
    title = play.node(task).title
    if task.get("resume"):
        raise NotPossible(f"“{title}”是退回后直送的,办完直接送回退回者,不能加签或委派")
    if depth(play, task) >= MOST_ADDED:
        raise NotPossible(f"“{title}”的加签和委派已有 {MOST_ADDED} 层")
    play.step.left.append(Left(task["id"], task["node"], "added"))
    task.update({"frame": "add", "how": how, "used": True, "was": dict(was)})
    inside = [*task["scope"], task["id"]]
    step = play.put(task["node"], inside, task["trail"], added=how, place=dict(place))
    play.new.add(step["id"])
    return game.rested(play)


def depth(play: Play, token: Token) -> int:
    """How many added steps lie around a place."""
    return sum(1 for frame in play.frames(token["scope"]) if frame["frame"] == "add")


def came_back(play: Play, task: Token) -> None:
    """The step added to a task is done."""
    if _open_again(play, task) == "after":
        play.new.discard(task["id"])
        play.drop(task)
        game.go_on(play, task)


def _open_again(play: Play, task: Token) -> str:
    how = str(task.pop("how"))
    del task["frame"]
    play.new.add(task["id"])
    return how


def add_seat(play: Play, at: int | str, place: Place, weight: Any) -> Step:
    """One more instance of the joint review in which the task `at` has a seat; in an ordered one the last."""
    task = play.find(at)
    node = play.node(task)
    if "seat" not in task or node.multi is None:
        raise NotPossible(f"“{node.title}”不是会签,不能增加席位")
    body = play.tokens[play.frame_of(task["scope"])]
    seat = body["total"] + 1
    if seat > activities.MOST_INSTANCES:
        raise TooMany(f"“{node.title}”的席位超过 {activities.MOST_INSTANCES}")
    body["total"] = seat
    body["places"] = {**body.get("places", {}), str(seat): dict(place)}
    for key, one in (("items", place["person"]), ("weights", weight)):
        if key in body:
            body[key] = [*body[key], kept(one)]
    if not node.multi.sequential:
        play.todo(activities.open_seat, play, body["id"])
    return game.rested(play)


def remove(play: Play, at: int | str) -> Step:
    """Take an untouched step or seat away: the task it was added to is open again; a review goes on without the seat."""
    token = play.find(at)
    if "by" in token:
        raise NotPossible("已经办理过,不能减去")
    if token.get("added") in STEPS:
        play.take(token, "removed")
        _open_again(play, play.tokens[play.frame_of(token["scope"])])
        return game.rested(play)
    if "seat" not in token:
        raise NotPossible(f"“{play.node(token).title}”不是加签或会签的席位")
    body = play.tokens[play.frame_of(token["scope"])]
    if activities.counters(body)["total"] < 2:
        raise NotPossible("会签至少要有一席")
    play.take(token, "removed")
    body["gone"] = [*body.get("gone", ()), token["seat"]]
    activities.counted(play, body)
    return game.settled(play)
