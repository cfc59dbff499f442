"""Activities: tasks, sub-processes and calls, their loops and their instances, from opening to completion."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ziyuan.base import feel
from ziyuan.base.feel import wire
from ziyuan.workflow.engine import adding, flow, trails, triggers
from ziyuan.workflow.engine.errors import NotPossible, TooMany
from ziyuan.workflow.engine.nodes import FRAMES, Loop, Multi, Node, Way
from ziyuan.workflow.engine.play import DEEPEST, Play, Token, kept
from ziyuan.workflow.engine.steps import Effect, Made

MOST_INSTANCES = 2_000


def open_at(play: Play, node: Node, scope: trails.Scope, trail: list[Any], **more: Any) -> None:
    """A token comes to an activity."""
    if node.multi is not None:
        _open_many(play, node, node.multi, scope, trail, more.get("joined"))
        return
    if node.loop is not None:
        more["round"] = 1
        place = {"id": 0, "node": node.id, "scope": scope, "trail": trail, **more}
        if node.loop.before and not _again(play, node.loop, {**place, "round": 0}):
            flow.leave(play, place)
            return
    open_once(play, node, scope, trail, **more)


def open_once(play: Play, node: Node, scope: trails.Scope, trail: list[Any], **more: Any) -> None:
    """One run of an activity begins: it waits, runs inside, or is done at once."""
    if node.type in FRAMES:
        token = play.put(node.id, scope, trail, frame="sub", **more)
        triggers.arm(play, token)
        begin(play, token, play.graph.bodies[node.body].starts)
        return
    token = play.put(node.id, scope, trail, **more)
    if node.waits or node.type == "receiveTask":
        if node.waits:
            play.new.add(token["id"])
        triggers.arm(play, token)
        return
    _work(play, node, token)
    play.todo(finish, play, token)


def begin(play: Play, frame: Token, starts: list[str]) -> None:
    """The inside of a frame starts to run."""
    scope = [*frame["scope"], frame["id"]]
    if len(scope) > DEEPEST:
        raise TooMany(f"“{play.node(frame).title}”({frame['node']})内外嵌套超过 {DEEPEST} 层")
    start_all(play, starts, scope, frame["trail"])
    if not starts:
        emptied(play, scope)


def start_all(play: Play, starts: list[str], scope: trails.Scope, trail: list[Any]) -> None:
    """Tokens at start events, or where a process draws none, at the nodes without inflow."""
    inner = [*scope, play.number()] if len(starts) > 1 else scope
    tokens = [play.put(start, inner, trail, moving=True) for start in starts]
    for token in reversed(tokens):
        play.todo(_begin_at, play, token)


def _begin_at(play: Play, token: Token) -> None:
    node = play.node(token)
    if token["id"] not in play.tokens:
        return
    if node.type == "startEvent":
        flow.leave(play, token)
    else:
        flow.enter(play, token, Way("", node.id, "", None))


def finish(play: Play, token: Token) -> None:
    """One run of an activity is done: the next round, the vote of one instance, or on along the flows."""
    if token["id"] not in play.tokens:
        return
    node = play.node(token)
    if "added" in token and token["added"] != "seat":
        play.drop(token)
        emptied(play, token["scope"])
        return
    if "seat" in token:
        play.drop(token)
        _voted(play, token)
        return
    if node.loop is not None and _again(play, node.loop, token):
        play.drop(token)
        due = {"due": token["due"]} if "due" in token else {}
        play.todo(_next_round, play, node, token, due)
        return
    if node.waits or token.get("used"):
        token["trail"] = trails.walked(token["trail"], node.id, token["scope"])
        token.pop("joined", None)
    flow.leave(play, token)


def _next_round(play: Play, node: Node, token: Token, more: dict[str, Any]) -> None:
    open_once(play, node, token["scope"], token["trail"], round=token["round"] + 1, **more)


def _again(play: Play, loop: Loop, token: Token) -> bool:
    if loop.most is not None and token["round"] >= loop.most:
        return False
    if not loop.condition:
        return True
    values = play.values(token)
    return feel.compile(loop.condition, values)(values, play.now) is True


def emptied(play: Play, scope: trails.Scope) -> None:
    """A token of a running activity is gone; when it was the last one, the activity is done."""
    frame = play.tokens.get(play.frame_of(scope))
    if frame is None or play.ended or play.within(frame["id"]):
        return
    if frame["frame"] == "event":
        play.drop(frame)
        play.passes(frame["node"])
        emptied(play, frame["scope"])
    elif frame["frame"] == "sub":
        finish(play, frame)
    elif frame["frame"] == "add":
        adding.came_back(play, frame)


# -- several instances -------------------------------------------------------------------------------------


def _open_many(
    play: Play, node: Node, many: Multi, scope: trails.Scope, trail: list[Any], joined: Any
) -> None:
    body = play.put(node.id, scope, trail, frame="multi", joined=joined)
    items, total = _items(play, node, many, body)
    body.update({"total": total, "made": 0, "outs": []})
    if items:
        body["items"] = items
    if many.weight or many.veto:
        _weigh(play, node, many, body)
    triggers.arm(play, body)
    if not total:
        _all_done(play, body)
    elif many.sequential:
        play.todo(open_seat, play, body["id"])
    else:
        for _ in range(total):
            play.todo(open_seat, play, body["id"])


def _items(play: Play, node: Node, many: Multi, body: Token) -> tuple[list[Any], int]:
    """The items of the collection (encoded), and how many instances there are."""
    values = play.values(body)
    text = many.collection or many.count
    value = feel.compile(text, values)(values, play.now)
    items: list[Any] = []
    if many.collection:
        listed = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
        items, total = [kept(item) for item in listed], len(listed)
    else:
        whole = str(value).partition(".")[0]
        if not whole.isdecimal():
            raise NotPossible(f"“{node.title}”({node.id})的实例个数“{text}”得到 {value!r},不是个数")
        total = int(whole) if len(whole) < 12 else MOST_INSTANCES + 1
    if total > MOST_INSTANCES:
        raise TooMany(f"“{node.title}”({node.id})要开 {total} 个实例，上限 {MOST_INSTANCES}")
    return items, total


def _weigh(play: Play, node: Node, many: Multi, body: Token) -> None:
    """What each vote weighs and which may veto, settled when the review begins."""
    weights, vetoes = [], []
    for seat in range(1, body["total"] + 1):
        item = {many.item: wire.decode(body["items"][seat - 1])} if many.item and "items" in body else {}
        values = {**play.values(body), **item, "loopCounter": seat}
        weight = feel.adopt(feel.compile(many.weight, values)(values, play.now)) if many.weight else Decimal(1)
        if not isinstance(weight, Decimal) or weight <= 0:
            raise NotPossible(f"“{node.title}”({node.id})第 {seat} 席的权重“{many.weight}”得到 {weight!r},应为正数")
        weights.append(kept(weight))
        if many.veto and feel.compile(many.veto, values)(values, play.now) is True:
            vetoes.append(seat)
    if many.weight:
        body["weights"] = weights
    if vetoes:
        body["vetoes"] = vetoes


def open_seat(play: Play, number: int) -> None:
    body = play.tokens.get(number)
    if body is None:
        return
    body["made"] += 1
    reopen(play, body, body["made"])


def reopen(play: Play, body: Token, seat: int) -> None:
    """One instance begins, or begins again after it was taken back."""
    if body["id"] not in play.tokens:
        return
    more = {"added": "seat", "place": place} if (place := body.get("places", {}).get(str(seat))) else {}
    open_once(play, play.node(body), [*body["scope"], body["id"]], body["trail"], seat=seat, **more)


def _voted(play: Play, token: Token) -> None:
    """One instance is done: its outcome counts, and the condition decides whether the others are still needed."""
    body = play.tokens.get(play.frame_of(token["scope"]))
    if body is None:
        return
    outcome = play.vars.get("outcome")
    body["outs"].append([token["seat"], kept(outcome)])
    counted(play, body)


def counted(play: Play, body: Token) -> None:
    """Whether the votes so far decide: by a veto, by the condition, because all are in; else the next in order."""
    node, told = play.node(body), counters(body)
    until, values = node.multi.until if node.multi else "", {**play.values(body), **told}
    if told["vetoed"] or (until and told["done"] and feel.compile(until, values)(values, play.now) is True):
        for other in play.within(body["id"]):
            play.take(other, "not_needed")
        _all_done(play, body)
    elif told["done"] == told["total"]:
        _all_done(play, body)
    elif node.multi and node.multi.sequential and not play.within(body["id"]):
        play.todo(open_seat, play, body["id"])


def _all_done(play: Play, body: Token) -> None:
    node = play.node(body)
    if node.result and node.type != "scriptTask" and node.type != "businessRuleTask":
        told = counters(body)
        names = COUNTERS if {"weights", "vetoes"} & body.keys() else COUNTERS[:6]
        play.set(node.result, {key: told[key] for key in names})
    if node.waits or body.get("used"):
        votes = {"review": body["id"], **{key: body[key] for key in _VOTES if key in body}}
        body["trail"] = trails.walked(body["trail"], node.id, body["scope"])
        body.pop("joined", None)
        if node.waits:
            body["joined"] = [votes]
    flow.leave(play, body)


_VOTES = (
    *("node", "scope", "trail", "frame", "total", "made", "outs", "items"),
    *("weights", "vetoes", "gone", "places", "review"),
)


def take_back(play: Play, body: Token, seat: int | None) -> None:
    """One seat of a joint review votes again and the others keep their votes; nobody named, the last that voted.

    Where the review was over (`body` is what it left), the seats that were not needed any more are needed again.
    """
    place = next((i for i, (number, _) in enumerate(body["outs"]) if number == seat), None)
    if seat is not None and place is None:
        raise NotPossible(f"第 {seat} 席还没有意见，不必撤回")
    number = body["outs"].pop(-1 if place is None else place)[0]
    missing = [number]
    if body.get("id") not in play.tokens:
        voted = {voter for voter, _ in body["outs"]}
        gone = voted | set(body.get("gone", ()))
        missing = [place for place in range(1, body["made"] + 1) if place not in gone]
        body = play.put(**body)
        body.setdefault("outs", [])
        triggers.arm(play, body)
    for place in reversed(missing):
        play.todo(reopen, play, body, place)


COUNTERS = (
    *("total", "done", "agreed", "refused", "open", "outcomes"),
    *("agreed_weight", "refused_weight", "total_weight", "vetoed"),
)
_AGREED = ("agree", "agreed", "同意", True)
_REFUSED = ("refuse", "refused", "reject", "rejected", "不同意", "不予通过", False)


def counters(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a completion condition sees of the instances, under our names and those of BPMN."""
    outcomes = [wire.decode(outcome) for _, outcome in body["outs"]]
    done, total = len(outcomes), body["total"] - len(body.get("gone", ()))
    agreed = sum(1 for one in outcomes if one in _AGREED)
    refused = sum(1 for one in outcomes if one in _REFUSED)
    return {
        "total": total,
        "done": done,
        "agreed": agreed,
        "refused": refused,
        **_weights(body, outcomes, {"agreed_weight": agreed, "refused_weight": refused, "total_weight": total}),
        "open": total - done,
        "outcomes": outcomes,
        "numberOfInstances": total,
        "numberOfActiveInstances": body["made"] - done - len(body.get("gone", ())),
        "numberOfCompletedInstances": done,
        "numberOfTerminatedInstances": len(body.get("gone", ())),
    }


def _weights(body: Mapping[str, Any], outcomes: list[Any], plain: dict[str, Any]) -> dict[str, Any]:
    """The votes by weight, each seat weighing one where nothing is said; whether one that may veto refused."""
    vetoes = body.get("vetoes", ())
    seats = [seat for seat, _ in body["outs"]]
    cast = list(zip(seats, outcomes, strict=True))
    vetoed = bool(vetoes) and any(seat in vetoes and one in _REFUSED for seat, one in cast)
    if "weights" not in body:
        return {**plain, "vetoed": vetoed}
    weights = [Decimal(wire.decode(one)) for one in body["weights"]]
    gone = body.get("gone", ())
    return {
        "agreed_weight": sum((weights[seat - 1] for seat, one in cast if one in _AGREED), Decimal(0)),
        "refused_weight": sum((weights[seat - 1] for seat, one in cast if one in _REFUSED), Decimal(0)),
        "total_weight": sum((w for seat, w in enumerate(weights, start=1) if seat not in gone), Decimal(0)),
        "vetoed": vetoed,
    }


# -- automatic tasks ---------------------------------------------------------------------------------------


def _work(play: Play, node: Node, token: Token) -> None:
    if node.type == "businessRuleTask":
        _decide(play, node, token)
    elif node.type == "scriptTask":
        _script(play, node, token)
    elif node.type == "serviceTask":
        play.step.effects.append(Effect(node.id, node.verb))
    elif node.type == "sendTask":
        triggers.throw(play, node)


def _decide(play: Play, node: Node, token: Token) -> None:
    if play.decide is None:
        raise NotPossible(f"环节“{node.title}”需要决策“{node.decision}”，但没有给出决策")
    outcome = play.decide(node.decision, dict(play.values(token)))
    play.step.decisions.append(Made(node.id, node.decision, outcome.value, outcome.trace))
    play.set(node.result, outcome.value)


def _script(play: Play, node: Node, token: Token) -> None:
    values = play.values(token)
    value = feel.compile(node.script, values)(values, play.now)
    if node.result:
        play.set(node.result, value)
    elif isinstance(value, dict):
        for key, entry in value.items():
            play.set(key, entry)
