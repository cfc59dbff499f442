"""Steps of the token game: what becomes ready, what is decided, how it ends."""

from types import SimpleNamespace

import pytest

from tests.workflow.engine.drawn import bpmn
from ziyuan.workflow.engine import BadLevel, Effect, Graph, NotPossible, NoWay, Stuck

LINE = "s:start -> a; a -> b; b -> e:end"
BRANCH = 's:start -> a; a -> g:xor; g -> b [outcome = "agree"]; g -> c *; b -> e:end; c -> e'
PARALLEL = "s:start -> g:and; g -> a; g -> b; a -> j:and; b -> j; j -> c; c -> e:end"


def graph(notation: str, **more) -> Graph:
    return Graph.of(bpmn(notation, **more))


def ready(step) -> list[str]:
    return [item.node for item in step.ready]


def test_a_line_of_tasks_runs_from_start_to_end():
    g = graph(LINE)
    first = g.start({})
    assert (ready(first), first.passed, first.ended) == (["a"], ["s"], False)
    second = g.complete(first.state, "a", {})
    assert (ready(second), [left.how for left in second.left]) == (["b"], ["completed"])
    last = g.complete(second.state, second.ready[0].token, {})
    assert (ready(last), last.ended, last.end) == ([], True, "e")
    assert g.positions(last.state) == {"at": ["e"], "passed": ["s", "a", "b", "e"]}


def test_a_step_never_changes_the_state_it_was_given():
    g = graph(PARALLEL)
    state = g.start({}).state
    copy = repr(state)
    g.complete(state, "a", {})
    g.terminate(state)
    assert repr(state) == copy


@pytest.mark.parametrize(("outcome", "next_task"), [("agree", "b"), ("refuse", "c"), (None, "c")])
def test_an_exclusive_gateway_takes_the_true_condition_or_the_default(outcome, next_task):
    g = graph(BRANCH)
    assert ready(g.complete(g.start({}).state, "a", {"outcome": outcome})) == [next_task]


def test_conditions_are_tried_in_the_order_of_the_file_and_the_default_last():
    g = graph("s:start -> g:xor; g -> a *; g -> b [x > 1]; g -> c [x > 0]; a -> e:end; b -> e; c -> e")
    assert [ready(g.start({"x": x})) for x in (2, 1, 0)] == [["b"], ["c"], ["a"]]


def test_no_true_condition_and_no_default_is_an_error_that_shows_the_values():
    g = graph("s:start -> g:xor; g -> a [x > 1]; g -> b [x < 0]; a -> e:end; b -> e")
    with pytest.raises(NoWay, match=r"x > 1.*x=1") as bad:
        g.start({"x": 1})
    assert bad.value.facts["gateway"] == "g"


def test_parallel_branches_wait_for_each_other():
    g = graph(PARALLEL)
    step = g.start({})
    assert ready(step) == ["a", "b"]
    step = g.complete(step.state, "b", {})
    assert (ready(step), step.entered) == (["a"], [])
    step = g.complete(step.state, "a", {})
    assert ready(step) == ["c"]
    assert g.complete(step.state, "c", {}).ended


def test_a_branch_may_end_by_itself_and_terminate_ends_all():
    g = graph("s:start -> g:and; g -> a; g -> b; a -> e:end; b -> x:stop")
    step = g.complete(g.start({}).state, "a", {})
    assert (ready(step), step.ended) == (["b"], False)
    assert g.complete(step.state, "b", {}).end == "x"
    stopped = g.complete(g.start({}).state, "b", {})
    assert stopped.ended
    assert [(left.node, left.how) for left in stopped.left] == [("b", "completed"), ("a", "terminated")]


def test_a_rule_task_asks_for_the_decision_and_keeps_value_and_trace():
    g = graph("s:start -> r:rule; r -> a; a -> e:end", extra={"r": 'zy:decision="route" zy:result="level"'})
    asked = []

    def decide(name, values):
        asked.append((name, values))
        return SimpleNamespace(value="city", trace=[{"matched": [2]}])

    step = g.start({"x": 1}, decide=decide)
    assert asked == [("route", {"x": 1})]
    assert step.vars == {"level": "city"}
    assert step.decisions == [("r", "route", "city", [{"matched": [2]}])]


def test_a_decision_guides_the_gateway_of_the_same_step():
    g = graph('s:start -> r:rule; r -> g:xor; g -> a [r = "x"]; g -> b *; a -> e:end; b -> e')
    answers = {"x": ["a"], "y": ["b"]}
    for value, expected in answers.items():
        assert (
            ready(g.start({}, decide=lambda n, v, value=value: SimpleNamespace(value=value, trace=[])))
            == expected
        )


def test_a_script_sets_its_result_and_a_service_is_recorded_as_an_effect():
    g = graph(
        "s:start -> t:script; t -> u:script; u -> v:service; v -> a; a -> e:end",
        extra={"t": 'zy:result="double" scriptFormat="FEEL"', "v": 'zy:verb="register.apply"'},
        inside={"t": "<script>x * 2</script>", "u": '<script>{sum: double + 1, 注: "好"}</script>'},
    )
    step = g.start({"x": 4})
    assert step.vars == {"double": 8, "sum": 9, "注": "好"}
    assert step.effects == [Effect("v", "register.apply")]
    assert ready(step) == ["a"]


def test_a_loop_through_a_person_comes_round_again():
    g = graph("s:start -> a; a -> g:xor; g -> a [again]; g -> e:end *")
    step = g.start({})
    for _ in range(3):
        step = g.complete(step.state, "a", {"again": True})
        assert ready(step) == ["a"]
    assert g.complete(step.state, "a", {"again": False}).ended


def test_a_task_that_is_not_open_cannot_be_completed():
    g = graph(LINE)
    state = g.start({}).state
    for wrong in ("b", "nowhere", 99):
        with pytest.raises(NotPossible):
            g.complete(state, wrong, {})
    done = g.complete(g.complete(state, "a", {}).state, "b", {}).state
    with pytest.raises(NotPossible, match="已经结束"):
        g.complete(done, "a", {})


def test_a_join_that_nothing_can_reach_any_more_is_told():
    text = "s:start -> g:and; g -> a; g -> x:xor; x -> b [go]; x -> e1:end *; a -> j:and; b -> j; j -> c; c -> e:end"
    g = graph(text)
    assert ready(g.complete(g.start({"go": True}).state, "a", {})) == ["b"]
    with pytest.raises(Stuck, match="j"):
        g.complete(g.start({"go": False}).state, "a", {})


@pytest.mark.parametrize(
    ("level", "values", "expected"),
    [
        ("city", {}, "city"),
        ("", {}, "county"),
        ('if area &gt; 10 then "province" else "city"', {"area": 11}, "province"),
        ("route", {"route": "county"}, "county"),
    ],
)
def test_the_level_of_a_task_is_a_word_or_an_expression(level, values, expected):
    g = graph(LINE, extra={"a": f"zy:level='{level}'"})
    assert g.level_of("a", values) == expected


def test_a_level_that_is_none_of_the_three_is_an_error():
    g = graph(LINE, extra={"a": 'zy:level="route"'})
    with pytest.raises(BadLevel, match="route"):
        g.level_of("a", {"route": "town"})


def test_a_node_knows_its_role_actions_and_foreign_attributes():
    extra = {
        "a": 'zy:role="county_clerk" zy:allow="agree return" zy:form="f" xmlns:v="urn:vendor" v:colour="red"'
    }
    node = graph(LINE, extra=extra).nodes["a"]
    assert (node.role, node.allow, node.form) == ("county_clerk", {"agree", "return"}, "f")
    assert node.attributes["{urn:vendor}colour"] == "red"


def test_lanes_give_the_role_where_a_task_names_none():
    text = bpmn(LINE, extra={"b": 'zy:role="chief"'}).replace(
        b"<startEvent",
        b'<laneSet id="ls"><lane id="l" name="\xe5\x8e\xbf" zy:role="clerk"><flowNodeRef>a</flowNodeRef>'
        b"<flowNodeRef>b</flowNodeRef></lane></laneSet><startEvent",
    )
    nodes = Graph.of(text).nodes
    assert [(nodes[key].role, nodes[key].lane) for key in "abs"] == [
        ("clerk", "县"),
        ("chief", "县"),
        ("", ""),
    ]


def test_one_content_is_compiled_once():
    assert Graph.of(bpmn(LINE)) is Graph.of(bpmn(LINE))
    assert Graph.of(bpmn(LINE)) is not Graph.of(bpmn(BRANCH))
    assert len(Graph.of(bpmn(LINE)).digest) == 64
