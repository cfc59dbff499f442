"""BPMN 2.0 chapters 10.5 and 13.5 (events): timers, messages, signals, errors, at every place they may stand."""

import datetime as dt

import pytest

from tests.workflow.engine.drawn import NAMES, bpmn, file, on, process
from tests.workflow.engine.scripts import play
from ziyuan.workflow.engine import BadTimer, Graph, NotPossible, UncaughtEvent, check

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8)))

CASES = {
    "a timer lets the token go when its duration is over": (
        file("s:start -> t:catch; t -> a; a -> e:end", inside={"t": on("timer", "PT36H")}),
        """start => t | s
           advance 02T11:00 => t
           advance 02T12:00 => a | t
           complete a => END""",
    ),
    "timers in a row ring each at its own moment": (
        file("s:start -> t:catch; t -> u:catch; u -> a; a -> e:end",
             inside={"t": on("timer", "PT1H"), "u": on("timer", "PT1H")}),
        """start => t
           advance 01T01:30 => u
           advance 01T02:00 => a""",
    ),
    "timers ring in the order of their moments": (
        file("s:start -> g:and; g -> t:catch; g -> u:catch; t -> e1:end; u -> e2:end",
             inside={"t": on("timer", "P2D"), "u": on("timer", "P1D")}),
        """start => t u
           advance 05T00:00 => END | u e2 t e1""",
    ),
    "a timer may name a date": (
        file("s:start -> t:catch; t -> a; a -> e:end", inside={"t": on("timer", "2026-01-03T09:00:00+08:00")}),
        """start => t
           advance 03T08:59 => t
           advance 03T09:00 => a""",
    ),
    "a date that is over does not hold anybody up": (
        file("s:start -> t:catch; t -> a; a -> e:end", inside={"t": on("timer", "2025-12-31")}),
        "start => a | s t",
    ),
    "a timer may be computed in FEEL": (
        file("s:start -> t:catch; t -> a; a -> e:end",
             inside={"t": on("timer", 'if urgent then duration("PT1H") else duration("P1D")')}),
        """start urgent=true => t
           advance 01T01:00 => a""",
    ),
    "an interrupting timer takes the task away": (
        file("s:start -> a; t:bound -> b; a -> c; b -> e:end; c -> e",
             extra={"t": 'attachedToRef="a"'}, inside={"t": on("timer", "P1D")}),
        """start => a
           advance 02T00:00 => b | t
           complete b => END""",
    ),
    "a timer whose task is done in time never rings": (
        file("s:start -> a; t:bound -> b; a -> c; b -> e:end; c -> e",
             extra={"t": 'attachedToRef="a"'}, inside={"t": on("timer", "P1D")}),
        """start => a
           complete a => c
           advance 09T00:00 => c""",
    ),
    "a timer that does not interrupt opens a second way beside the task": (
        file("s:start -> a; t:bound -> b; a -> e:end; b -> e2:end",
             extra={"t": 'attachedToRef="a" cancelActivity="false"'}, inside={"t": on("timer", "P1D")}),
        """start => a
           advance 02T00:00 => a b
           advance 09T00:00 => a b
           complete a => b
           complete b => END""",
    ),
    "a cycle rings as often as it says": (
        file("s:start -> a; t:bound -> b; a -> e:end; b -> e2:end",
             extra={"t": 'attachedToRef="a" cancelActivity="false"'}, inside={"t": on("timer", "R3/P1D")}),
        """start => a
           advance 02T00:00 => a b
           advance 03T12:00 => a b b
           advance 09T00:00 => a b b b""",
    ),
    "an endless cycle rings until its task is done": (
        file("s:start -> a; t:bound -> n:service; a -> e:end; n -> e2:end",
             extra={"t": 'attachedToRef="a" cancelActivity="false"'}, inside={"t": on("timer", "R/PT1H")}),
        """start => a
           advance 03T00:00 => a
           complete a => END""",
    ),
    "a message lets the token go": (
        file("s:start -> m:catch; m -> a; a -> e:end", inside={"m": on("message", "m1")}),
        """start => m
           message order => a | m""",
    ),
    "a message goes by its id and by the element that waits, too": (
        file("s:start -> m:catch; m -> n:receive; n -> e:end",
             inside={"m": on("message", "m1")}, extra={"n": 'messageRef="m1"'}),
        """start => m
           message m1 => n
           message n => END""",
    ),
    "a message that comes early is kept until somebody takes it": (
        file("s:start -> a; a -> m:catch; m -> b; b -> e:end", inside={"m": on("message", "m1")}),
        """start => a
           message order => a
           complete a => b | a m""",
    ),
    "one message serves one receiver": (
        file("s:start -> g:and; g -> m:receive; g -> n:receive; m -> e:end; n -> e",
             extra={"m": 'messageRef="m1"', "n": 'messageRef="m1"'}),
        """start => m n
           message n => m
           message order => END""",
    ),
    "a message at the boundary interrupts": (
        file("s:start -> a; m:bound -> b; a -> e:end; b -> e",
             extra={"m": 'attachedToRef="a"'}, inside={"m": on("message", "m1")}),
        """start => a
           message order => b""",
    ),
    "a message at the boundary that does not interrupt may come again": (
        file("s:start -> a; m:bound -> b; a -> e:end; b -> e",
             extra={"m": 'attachedToRef="a" cancelActivity="false"'}, inside={"m": on("message", "m1")}),
        """start => a
           message order => a b
           message order => a b b
           complete a => b b""",
    ),
    "a signal is heard by all that wait": (
        file("s:start -> g:and; g -> h:catch; g -> a; h -> c; k:bound -> b; a -> e:end; b -> e; c -> e",
             extra={"k": 'attachedToRef="a" cancelActivity="false"'},
             inside={"h": on("signal", "s1"), "k": on("signal", "s1")}),
        """start => h a
           signal alarm => a b c""",
    ),
    "a signal that nobody waits for is lost": (
        file("s:start -> a; a -> h:catch; h -> b; b -> e:end", inside={"h": on("signal", "s1")}),
        """start => a
           signal s1 => a
           complete a => h
           signal h => b""",
    ),
    "a signal that is thrown is heard in the same process": (
        file("s:start -> g:and; g -> h:catch; g -> a; h -> b; a -> o:throw; o -> e:end; b -> e",
             inside={"h": on("signal", "s1"), "o": on("signal", "s1")}),
        """start => h a
           complete a => b | a o e h""",
    ),
    "the first event wins behind an event-based gateway": (
        file("s:start -> g:first; g -> m:catch; g -> t:catch; g -> h:catch; m -> a; t -> b; h -> c; a -> e:end; b -> e; c -> e",
             inside={"m": on("message", "m1"), "t": on("timer", "P3D"), "h": on("signal", "s1")}),
        """start => m t h
           advance 03T00:00 => m t h
           message order => a | m
           advance 09T00:00 => a""",
    ),
    "time may win behind an event-based gateway": (
        file("s:start -> g:first; g -> m:catch; g -> t:catch; m -> a; t -> b; a -> e:end; b -> e",
             inside={"m": on("message", "m1"), "t": on("timer", "P3D")}),
        """start => m t
           advance 04T00:00 => b | t
           message order => b""",
    ),
    "an early message wins behind an event-based gateway at once": (
        file("s:start -> z; z -> g:first; g -> m:catch; g -> t:catch; m -> a; t -> b; a -> e:end; b -> e",
             inside={"m": on("message", "m1"), "t": on("timer", "P3D")}),
        """start => z
           message order => z
           complete z => a""",
    ),
    "a process may begin by a message": (
        file("s:start -> a; r:start -> b; a -> e:end; b -> e", inside={"r": on("message", "m1")}),
        "message order => b | r",
    ),
    "the start without a trigger is the usual one": (
        file("r:start -> b; s:start -> a; a -> e:end; b -> e", inside={"r": on("message", "m1")}),
        "start => a | s",
    ),
    "one may name the start event": (
        file("r:start -> b; s:start -> a; a -> e:end; b -> e", inside={"r": on("message", "m1")}),
        "start r => b | r",
    ),
    "a process may begin by the clock": (
        file("t:start -> a; a -> e:end", inside={"t": on("timer", "2026-01-02T09:00:00+08:00")}),
        """advance 02T08:00 => ·
           advance 02T10:00 => a | t""",
    ),
    "a terminating end closes the other branches": (
        file("s:start -> g:and; g -> a; g -> b; a -> e:end; b -> x:stop"),
        """start => a b
           complete b => END | b x""",
    ),
    "a link is only a longer flow": (
        file("s:start -> a; a -> o:throw; i:catch -> b; b -> e:end",
             inside={"o": on("link", "L"), "i": on("link", "L")}),
        """start => a
           complete a => b | a o i""",
    ),
    "a throw without a trigger marks a stage": (
        file("s:start -> a; a -> o:throw; o -> b; b -> e:end"),
        """start => a
           complete a => b | a o""",
    ),
    "an error at the end of a sub-process goes to its boundary, the rest inside is closed": (
        file("s:start -> w:sub; x:bound -> c; w -> d; c -> e:end; d -> e",
             bodies={"w": "ws:start -> wg:and; wg -> a; wg -> b; a -> wx:end; b -> we:end"},
             extra={"x": 'attachedToRef="w"'}, inside={"wx": on("error", "x1"), "x": on("error", "x1")}),
        """start => a b
           complete a => c | a wx x
           complete c => END""",
    ),
    "an error goes to the boundary of its own code, even past a nearer one": (
        file("s:start -> w:sub; x:bound -> c; w -> d; c -> e:end; d -> e",
             bodies={"w": "ws:start -> v:sub; v -> we:end; y:bound -> h; h -> we",
                     "v": "vs:start -> a; a -> vx:end"},
             extra={"x": 'attachedToRef="w"', "y": 'attachedToRef="v"'},
             inside={"vx": on("error", "x1"), "x": on("error", "x1"), "y": on("error", "x2")}),
        """start => a
           complete a => c""",
    ),
    "an error boundary without a code catches any": (
        file("s:start -> w:sub; x:bound -> c; w -> d; c -> e:end; d -> e",
             bodies={"w": "ws:start -> a; a -> wx:end"},
             extra={"x": 'attachedToRef="w"'}, inside={"wx": on("error", "x1"), "x": on("error")}),
        """start => a
           complete a => c""",
    ),
    "an error that nothing catches ends the process": (
        file("s:start -> g:and; g -> a; g -> b; a -> x:end; b -> e:end", inside={"x": on("error", "x1")}),
        """start => a b
           complete a => END""",
    ),
    "definitions may stand at the root and be referred to": (
        bpmn("s:start -> m:catch; m -> a; a -> e:end",
             inside={"m": "<eventDefinitionRef>d1</eventDefinitionRef>"},
             others=NAMES + '<messageEventDefinition id="d1" messageRef="m1"/>'),
        """start => m
           message order => a""",
    ),
    "another pool is only a partner in talk": (
        bpmn("s:start -> o:send; o -> m:receive; m -> a; a -> e:end", extra={"m": 'messageRef="m1"'},
             others=NAMES + process("other", "os:start -> ot:task; ot -> oe:end")
             + '<collaboration id="c"><participant id="p1" processRef="p"/><participant id="p2" processRef="other"/>'
             '<messageFlow id="mf" sourceRef="ot" targetRef="m"/></collaboration>'),
        """start => m | s o
           message order => a""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_events(name, tmp_path):
    play(tmp_path, *CASES[name])


def test_a_step_tells_timers_opened_and_closed_messages_awaited_and_thrown():
    g = Graph.of(
        file(
            "s:start -> o:send; o -> a; t:bound -> b; m:bound -> b; a -> x:end; b -> x",
            extra={"o": 'messageRef="m1"', "t": 'attachedToRef="a"', "m": 'attachedToRef="a"'},
            inside={"t": on("timer", "P1D"), "m": on("message", "m1"), "x": on("signal", "s1")},
        )
    )
    step = g.start({}, now=NOW)
    assert [(t.node, t.due) for t in step.timers_opened] == [("t", "2026-01-02T00:00:00+08:00")]
    assert [(w.node, w.kind, w.name) for w in step.awaits] == [("m", "message", "order")]
    assert [(t.node, t.kind, t.name) for t in step.thrown] == [("o", "message", "order")]
    assert g.next_due(step.state) == NOW + dt.timedelta(days=1)
    done = g.complete(step.state, "a", {}, now=NOW)
    assert [t.node for t in done.timers_closed] == ["t"]
    assert [(t.node, t.kind, t.name) for t in done.thrown] == [("x", "signal", "alarm")]
    assert (done.awaits, g.next_due(done.state)) == ([], None)
    late = g.advance(step.state, NOW + dt.timedelta(days=2), {})
    assert [(left.node, left.how) for left in late.left] == [("a", "interrupted")]


def test_a_message_or_signal_nothing_ever_waits_for_is_refused_with_the_known_names(tmp_path):
    run = play(tmp_path, CASES["a message lets the token go"][0], "start => m")
    with pytest.raises(UncaughtEvent, match="order"):
        run.do({"do": "message", "node": "nobody"})
    with pytest.raises(UncaughtEvent):
        run.do({"do": "signal", "node": "order"})


def test_a_timer_that_gives_no_moment_is_an_error_at_its_place(tmp_path):
    for text in ("nothing", '"tomorrow"', "1 + 1"):
        run = play(tmp_path, file("s:start -> t:catch; t -> e:end", inside={"t": on("timer", text)}), "")
        with pytest.raises(BadTimer, match="t”"):
            run.do({"do": "start"})


@pytest.mark.parametrize(
    ("notation", "more", "element", "said"),
    [
        ("s:start -> t:catch; t -> e:end", {"inside": {"t": on("timer", "every day")}}, "t", "定时"),
        ("s:start -> t:catch; t -> e:end", {"inside": {"t": on("conditional")}}, "t", "conditional"),
        ("s:start -> t:catch; t -> e:end", {}, "t", "没有写明触发"),
        ("s:start -> t:throw; t -> e:end", {"inside": {"t": on("escalation")}}, "t", "escalation"),
        ("s:start -> t:throw; t -> e:end", {"inside": {"t": on("compensate")}}, "t", "compensate"),
        ("s:start -> t:throw; t -> e:end", {"inside": {"t": on("link", "L")}}, "t", "链接"),
        ("s:start -> a; a -> e:end; b:bound -> e", {"inside": {"b": on("timer", "P1D")}}, "b", "所附"),
        ("s:start -> a; a -> e:end; b:bound -> e",
         {"inside": {"b": on("escalation")}, "extra": {"b": 'attachedToRef="a"'}}, "b", "escalation"),
        ("s:start -> a; a -> e:end; b:bound -> e",
         {"inside": {"b": on("error")}, "extra": {"b": 'attachedToRef="a" cancelActivity="false"'}}, "b", "总是中断"),
        ("s:start -> g:first; g -> a; g -> b; a -> e:end; b -> e", {}, "g", "不是捕获事件"),
        ("s:start -> g:first; g -> a:receive; a -> e:end", {}, "g", "两条以上"),
        ("s:start -> m:receive; m -> e:end", {"extra": {"m": 'instantiate="true"'}}, "m", "启动流程"),
    ],
)  # fmt: skip
def test_events_that_cannot_run_are_refused_at_their_element(notation, more, element, said):
    found = check(file(notation, **more))
    assert any(fault.element == element and said in fault.message and fault.line for fault in found), found


def test_a_start_event_that_the_process_has_not_is_told(tmp_path):
    run = play(tmp_path, file("s:start -> a; a -> e:end"), "")
    with pytest.raises(NotPossible, match="开始事件"):
        run.do({"do": "start", "node": "a"})
