"""BPMN 2.0 chapters 10.3 and 13.3 (activities): sub-processes, calls, event sub-processes, loops, instances."""

import json

import pytest

from tests.workflow.engine.drawn import SUB, bpmn, file, many, on, process, seats
from tests.workflow.engine.scripts import play
from ziyuan.workflow.engine import Graph, NotPossible, check

EVENT = 'triggeredByEvent="true"'


def loop(more: str = "", condition: str = "") -> str:
    inner = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    return f"<standardLoopCharacteristics {more}>{inner}</standardLoopCharacteristics>"


CASES = {
    "an embedded sub-process runs from its start to its end": (
        file("s:start -> w:sub; w -> c; c -> e:end", bodies=SUB),
        """start => a | s ws
           complete a => b
           complete b => c | b we w
           complete c => END""",
    ),
    "a sub-process is over when its last token is": (
        file("s:start -> w:sub; w -> c; c -> e:end",
             bodies={"w": "ws:start -> wg:and; wg -> a; wg -> b; a -> we:end; b -> we2:end"}),
        """start => a b
           complete a => b
           complete b => c""",
    ),
    "a terminating end in a sub-process closes only that": (
        file("s:start -> g:and; g -> w:sub; g -> d; w -> c; c -> e:end; d -> e",
             bodies={"w": "ws:start -> wg:and; wg -> a; wg -> b; a -> we:stop; b -> we2:end"}),
        """start => a b d
           complete a => c d""",
    ),
    "sub-processes may lie in one another": (
        file("s:start -> w:sub; w -> e:end",
             bodies={"w": "ws:start -> v:sub; v -> b; b -> we:end", "v": "vs:start -> a; a -> ve:end"}),
        """start => a
           complete a => b | a ve v
           complete b => END | b we w e""",
    ),
    "an interrupting boundary event closes the sub-process with all in it": (
        file("s:start -> w:sub; t:bound -> c; w -> d; c -> e:end; d -> e",
             bodies={"w": "ws:start -> wg:and; wg -> a; wg -> b; a -> we:end; b -> we"},
             extra={"t": 'attachedToRef="w"'}, inside={"t": on("timer", "P1D")}),
        """start => a b
           complete a => b
           advance 02T00:00 => c""",
    ),
    "a called process runs inside the call, and may be called twice": (
        file("s:start -> w:call; w -> v:call; v -> e:end",
             extra={"w": 'calledElement="check"', "v": 'calledElement="check"'},
             others=process("check", "ks:start -> a; a -> ke:end")),
        """start => a | s ks
           complete a => a | a ke w
           complete a => END""",
    ),
    "two calls of one process run side by side": (
        file("s:start -> g:and; g -> w:call; g -> v:call; w -> j:and; v -> j; j -> d; d -> e:end",
             extra={"w": 'calledElement="check"', "v": 'calledElement="check"'},
             others=process("check", "ks:start -> kg:and; kg -> a; kg -> b; a -> kj:and; b -> kj; kj -> ke:end")),
        """start => a a b b
           complete a => a b b
           complete b => a b
           complete a => b
           complete b => d""",
    ),
    "an event sub-process beside the process does not interrupt it": (
        file("s:start -> a; a -> e:end; x:sub", bodies={"x": "m:start -> b; b -> xe:end"},
             extra={"x": EVENT, "m": 'isInterrupting="false"'}, inside={"m": on("message", "m1")}),
        """start => a
           message order => a b
           message order => a b b
           complete a => b b
           complete b => b
           complete b => END""",
    ),
    "an interrupting event sub-process takes the place of the process": (
        file("s:start -> g:and; g -> a; g -> c; a -> e:end; c -> e; x:sub", bodies={"x": "m:start -> b; b -> xe:end"},
             extra={"x": EVENT}, inside={"m": on("message", "m1")}),
        """start => a c
           message order => b | m
           complete b => END | b xe x""",
    ),
    "an event sub-process may wait for the clock": (
        file("s:start -> a; a -> e:end; x:sub", bodies={"x": "t:start -> b; b -> xe:end"},
             extra={"x": EVENT, "t": 'isInterrupting="false"'}, inside={"t": on("timer", "R2/P1D")}),
        """start => a
           advance 02T00:00 => a b
           advance 09T00:00 => a b b
           complete a => b b""",
    ),
    "an event sub-process inside a sub-process catches its error, and the sub-process goes on as done": (
        file("s:start -> w:sub; w -> d; d -> e:end",
             bodies={"w": "ws:start -> a; a -> wx:end; x:sub", "x": "xs:start -> b; b -> xe:end"},
             extra={"x": EVENT}, inside={"wx": on("error", "x1"), "xs": on("error", "x1")}),
        """start => a
           complete a => b
           complete b => d | b xe x w""",
    ),
    "an event sub-process lives only as long as what it lies in": (
        file("s:start -> w:sub; w -> d; d -> e:end",
             bodies={"w": "ws:start -> a; a -> we:end; x:sub", "x": "xs:start -> b; b -> xe:end"},
             extra={"x": EVENT, "xs": 'isInterrupting="false"'}, inside={"xs": on("signal", "s1")}),
        """start => a
           complete a => d
           signal alarm => d""",
    ),
    "a standard loop repeats while its condition holds": (
        file("s:start -> a; a -> c; c -> e:end", inside={"a": loop(condition="again")}),
        """start => a
           complete a again=true => a
           complete a again=true => a
           complete a again=false => c | a""",
    ),
    "a standard loop stops at its maximum": (
        file("s:start -> a; a -> c; c -> e:end", inside={"a": loop('loopMaximum="2"')}),
        """start => a
           complete a => a
           complete a => c""",
    ),
    "a standard loop that asks before may not run at all": (
        file("s:start -> a; a -> c; c -> e:end", inside={"a": loop('testBefore="true"', "more")}),
        "start more=false => c",
    ),
    "a loop sees its own counter": (
        file("s:start -> a; a -> c; c -> e:end", inside={"a": loop(condition="loopCounter &lt; 3")}),
        """start => a
           complete a => a
           complete a => a
           complete a => c""",
    ),
    "a sub-process may loop": (
        file("s:start -> w:sub; w -> c; c -> e:end", bodies={"w": "ws:start -> a; a -> we:end"},
             inside={"w": loop(condition="again")}),
        """start => a
           complete a again=true => a
           complete a again=false => c""",
    ),
    "parallel instances are all open at once": (
        seats(more="", count="3"),
        """start => a a a
           complete a => a a
           complete a => a
           complete a => c | a""",
    ),
    "sequential instances are open one after the other": (
        seats(more='isSequential="true"', count="2"),
        """start => a
           complete a => a
           complete a => c""",
    ),
    "there is one instance for each member of the list": (
        seats(),
        """start people=["甲","乙"] => a a
           complete a => a
           complete a => c""",
    ),
    "the list may be a data object of the drawing": (
        file("s:start -> a; a -> c; c -> e:end", inside={
            "a": '<multiInstanceLoopCharacteristics><loopDataInputRef>data</loopDataInputRef>'
            '<inputDataItem id="item" name="who"/></multiInstanceLoopCharacteristics>'},
            others='<process id="z"><dataObject id="data" name="people" isCollection="true"/></process>'),
        """start people=["甲","乙"] => a a
           complete a => a
           complete a => c""",
    ),
    "an empty list is passed at once": (seats(), "start people=[] => c"),
    "one vote is enough when the condition says so": (
        seats("done >= 1"),
        """start people=[1,2,3] => a a a
           complete a => c""",
    ),
    "two thirds must agree": (
        seats("agreed / total >= 2 / 3 or refused / total > 1 / 3"),
        """start people=[1,2,3] => a a a
           complete a outcome="agree" => a a
           complete a outcome="refuse" => a
           complete a outcome="agree" => c""",
    ),
    "one refusal ends it": (
        seats('refused > 0'),
        """start people=[1,2,3] => a a a
           complete a outcome="agree" => a a
           complete a outcome="refuse" => c""",
    ),
    "the condition sees the list of all outcomes": (
        seats('list contains(outcomes, "veto")'),
        """start people=[1,2,3] => a a a
           complete a outcome="agree" => a a
           complete a outcome="veto" => c""",
    ),
    "the names of BPMN are counted too": (
        seats("numberOfCompletedInstances / numberOfInstances >= 0.5"),
        """start people=[1,2,3,4] => a a a a
           complete a => a a a
           complete a => c""",
    ),
    "a sub-process may have instances, each with its own item": (
        file("s:start -> w:sub; w -> c; c -> e:end",
             bodies={"w": "ws:start -> wg:xor; wg -> a [n > 1]; wg -> b *; a -> we:end; b -> we"},
             inside={"w": many("", 'zy:collection="list" zy:item="n"')}),
        """start list=[1,2,3] => a a b
           complete b => a a
           complete a => a
           complete a => c""",
    ),
    "instances inside instances": (
        file("s:start -> w:sub; w -> c; c -> e:end", bodies={"w": "ws:start -> a; a -> we:end"},
             inside={"w": many("2", 'isSequential="true"'), "a": many("2")}),
        """start => a a
           complete a => a
           complete a => a a
           complete a => a
           complete a => c""",
    ),
    "automatic instances are done at once": (
        file("s:start -> v:service; v -> c; c -> e:end", inside={"v": many("3", 'isSequential="true"')}),
        "start => c | s v",
    ),
    "a boundary timer of a joint review closes all its seats": (
        file("s:start -> a; t:bound -> b; a -> c; b -> e:end; c -> e", extra={"t": 'attachedToRef="a"'},
             inside={"a": many("3"), "t": on("timer", "P1D")}),
        """start => a a a
           complete a => a a
           advance 02T00:00 => b""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_activities(name, tmp_path):
    play(tmp_path, *CASES[name])


def test_a_return_out_of_a_sub_process_closes_it_and_one_into_a_finished_one_is_refused():
    g = Graph.of(bpmn("s:start -> z; z -> w:sub; w -> c; c -> e:end", bodies=SUB))
    step = g.complete(g.complete(g.start({}).state, "z", {}).state, "a", {})
    assert g.may_return_to(step.state, "b") == ["a", "z"]
    assert [item.node for item in g.back_to(step.state, "b", "a").ready] == ["a"]
    back = g.back_to(step.state, "b", "z")
    assert [item.node for item in back.ready] == ["z"]
    assert [token["node"] for token in back.state["tokens"]] == ["z"]
    direct = g.back_to(step.state, "b", "z", direct=True)
    assert [item.node for item in g.complete(direct.state, "z", {}).ready] == ["b"]
    after = g.complete(step.state, "b", {})
    assert g.may_return_to(after.state, "c") == ["z"]
    with pytest.raises(NotPossible):
        g.recall(after.state, "z")
    assert [item.node for item in g.back_to(after.state, "c", "w").ready] == ["a"]


def test_a_recall_takes_back_a_sub_process_that_nobody_touched():
    g = Graph.of(bpmn("s:start -> z; z -> w:sub; w -> e:end",
                      bodies={"w": "ws:start -> wg:and; wg -> a; wg -> b; a -> we:end; b -> we"}))  # fmt: skip
    step = g.complete(g.start({}).state, "z", {})
    taken = g.recall(step.state, "z")
    assert [token["node"] for token in taken.state["tokens"]] == ["z"]
    with pytest.raises(NotPossible, match="已经办理"):
        g.recall(g.complete(step.state, "a", {}).state, "z")


def test_thirty_returns_within_and_out_of_a_sub_process_leave_the_state_as_small_as_one():
    g = Graph.of(bpmn("s:start -> z; z -> w:sub; w -> c; c -> e:end", bodies=SUB, inside={"w": many("2")}))
    step = g.complete(g.start({}).state, "z", {})
    sizes = []
    for _ in range(30):
        step = g.back_to(g.complete(step.state, "a", {}).state, "b", "z")
        step = g.complete(step.state, "z", {})
        sizes.append(len(json.dumps(step.state)))
    assert sizes[-1] - sizes[0] <= 20  # only the numbers have more digits


@pytest.mark.parametrize(
    ("xml", "element", "said"),
    [
        (file("s:start -> w:call; w -> e:end", extra={"w": 'calledElement="far"'}), "w", "不在本文件"),
        (file("s:start -> w:call; w -> e:end", extra={"w": 'calledElement="k"'},
              others=process("k", "ks:start -> r:call; r -> ke:end", extra={"r": 'calledElement="k"'})), "ks", "一直运行"),
        (file("s:start -> w:sub; w -> e:end", bodies={"w": "ws:start -> a; a -> b; b -> a"}), "ws", "没有结束"),
        (file("s:start -> w:sub; w -> e:end", bodies={"w": "ws:start -> a; a -> we:end; b -> we"}), "b", "到不了这里"),
        (file("s:start -> w:sub; w -> e:end", bodies={"w": "ws:start -> a:task; a -> we:end"}), "a", "task"),
        (file("s:start -> w:sub; w -> e:end", bodies={"w": "ws:start -> a; a -> we:end"},
              inside={"ws": on("message", "m1")}), "ws", "messageEventDefinition"),
        (file("s:start -> a; a -> e:end; x:sub", bodies={"x": "xs:start -> b; b -> xe:end"}, extra={"x": EVENT}),
         "xs", "没有写明"),
        (file("s:start -> a; a -> x:sub; x -> e:end", bodies={"x": "xs:start -> b; b -> xe:end"}, extra={"x": EVENT},
              inside={"xs": on("timer", "P1D")}), "x", "流入"),
        (file("s:start -> v:service; v -> e:end", inside={"v": loop(condition="true")}), "v", "没有上限"),
        (file("s:start -> w:sub; w -> g:xor; g -> w [x]; g -> e:end *", bodies={"w": "ws:start -> v:service; v -> we:end"}),
         "w", "一直运行"),
        (file("s:start -> w:sub; w -> e:end; y:bound -> w", bodies={"w": "ws:start -> wx:end"},
              extra={"y": 'attachedToRef="w"'}, inside={"wx": on("error"), "y": on("error")}), "w", "一直运行"),
        (file("s:start -> a; a -> e:end", extra={"a": 'isForCompensation="true"'}), "a", "补偿"),
    ],
)  # fmt: skip
def test_what_cannot_run_inside_is_refused_at_its_element(xml, element, said):
    found = check(xml)
    assert any(fault.element == element and said in fault.message and fault.line for fault in found), found


def test_a_loop_through_a_timer_or_a_sub_process_with_people_may_be_drawn():
    timer = file("s:start -> g:xor; g -> t:catch; t -> h:xor; h -> g [x]; h -> e:end *", inside={"t": on("timer", "P1D")})
    body = file("s:start -> w:sub; w -> g:xor; g -> w [x]; g -> e:end *", bodies=SUB)
    assert check(timer) == check(body) == []


