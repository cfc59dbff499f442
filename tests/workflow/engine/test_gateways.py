"""BPMN 2.0 chapter 13.4 (gateways) and 13.3.1 (sequence flow): cases with the sets worked out by hand."""

import pytest

from tests.workflow.engine.drawn import bpmn
from tests.workflow.engine.scripts import play
from ziyuan.workflow.engine import NotPossible, NoWay, Stuck

CASES = {
    "an exclusive gateway takes one way and merges without waiting": (
        "s:start -> g:xor; g -> a [x = 1]; g -> b *; a -> m:xor; b -> m; m -> c; c -> e:end",
        """start x=1 => a | s g
           complete a => c | a m
           complete c => END | c e""",
    ),
    "an exclusive merge lets every token pass, so what follows is done twice": (
        "s:start -> g:and; g -> a; g -> b; a -> m:xor; b -> m; m -> c; c -> e:end",
        """start => a b
           complete a => b c
           complete b => c c
           complete c => c
           complete c => END""",
    ),
    "several flows into a task are an implicit exclusive merge": (
        "s:start -> g:and; g -> a; g -> b; a -> c; b -> c; c -> e:end",
        """start => a b
           complete b => a c
           complete c => a
           complete a => c
           complete c => END""",
    ),
    "several flows out of a task are an implicit parallel split": (
        "s:start -> a; a -> b; a -> c; b -> j:and; c -> j; j -> d; d -> e:end",
        """start => a
           complete a => b c
           complete c => b
           complete b => d
           complete d => END""",
    ),
    "conditional flows out of a task are taken if true, plain ones always": (
        "s:start -> a; a -> b [x > 1]; a -> c [x > 2]; a -> d; b -> e:end; c -> e; d -> e",
        """start => a
           complete a x=2 => b d""",
    ),
    "the default flow of a task is taken when no condition is true": (
        "s:start -> a; a -> b [x > 1]; a -> c *; b -> e:end; c -> e",
        """start => a
           complete a x=1 => c""",
    ),
    "the default flow of a task is not taken beside a true condition": (
        "s:start -> a; a -> b [x > 1]; a -> c *; b -> e:end; c -> e",
        """start => a
           complete a x=2 => b""",
    ),
    "a parallel join waits for a token on each flow, not for two on one": (
        "s:start -> g:and; g -> a; g -> b; g -> c; a -> m:xor; b -> m; m -> j:and; c -> j; j -> d; d -> e:stop",
        """start => a b c
           complete a => b c
           complete b => c
           complete c => d
           complete d => END""",
    ),
    "a parallel gateway may join and split at once": (
        "s:start -> g:and; g -> a; g -> b; a -> j:and; b -> j; j -> c; j -> d; c -> k:and; d -> k; k -> e:end",
        """start => a b
           complete a => b
           complete b => c d
           complete d => c
           complete c => END""",
    ),
    "joins need not mirror the splits": (
        "s:start -> g:and; g -> a; g -> b; g -> c; a -> j:and; b -> j; j -> d; c -> k:and; d -> k; k -> f; f -> e:end",
        """start => a b c
           complete c => a b
           complete a => b
           complete b => d
           complete d => f
           complete f => END""",
    ),
    "an inclusive split takes every true way, and its join waits for those": (
        "s:start -> g:or; g -> a [x > 0]; g -> b [x > 1]; g -> c [x > 2]; "
        "a -> j:or; b -> j; c -> j; j -> d; d -> e:end",
        """start x=2 => a b
           complete b => a
           complete a => d
           complete d => END""",
    ),
    "an inclusive split with one true way needs no waiting": (
        "s:start -> g:or; g -> a [x > 0]; g -> b [x > 1]; a -> j:or; b -> j; j -> d; d -> e:end",
        """start x=1 => a
           complete a => d | a j""",
    ),
    "an inclusive split falls back to its default": (
        "s:start -> g:or; g -> a [x > 0]; g -> b *; a -> j:or; b -> j; j -> d; d -> e:end",
        """start x=0 => b
           complete b => d""",
    ),
    "an inclusive join does not wait for a token that can no longer come": (
        "s:start -> g:and; g -> a; g -> b; b -> x:xor; x -> j:or [y]; x -> e2:end *; a -> j; j -> d; d -> e:end",
        """start => a b
           complete a => b
           complete b y=false => d
           complete d => END""",
    ),
    "an inclusive join waits for a token several tasks away": (
        "s:start -> g:and; g -> a; g -> b; b -> b2; b2 -> b3; b3 -> j:or; a -> j; j -> d; d -> e:end",
        """start => a b
           complete a => b
           complete b => b2
           complete b2 => b3
           complete b3 => d""",
    ),
    "an inclusive join behind a loop waits while the loop may still lead to it": (
        "s:start -> g:or; g -> a [true]; g -> b [true]; b -> x:xor; x -> b [again]; x -> j:or *; a -> j; j -> d; d -> e:end",
        """start => a b
           complete a => b
           complete b again=true => b
           complete b again=false => d""",
    ),
    "an inclusive join does not wait for a token that may as well come by a flow that is filled already": (
        "s:start -> g:and; g -> a; g -> b; a -> j:or; b -> x:xor; x -> a [p]; x -> j *; j -> d; d -> e:end",
        """start => a b
           complete a => b d
           complete b p=false => d d""",
    ),
    "two inclusive joins in a row": (
        "s:start -> g:or; g -> a [true]; g -> b [true]; g -> c [x]; a -> j:or; b -> j; j -> k:or; c -> k; k -> d; d -> e:end",
        """start x=false => a b
           complete a => b
           complete b => d""",
    ),
    "the first event takes the token of an event-based gateway, the others are off": (
        "s:start -> g:first; g -> m:receive; g -> n:receive; m -> a; n -> b; a -> e:end; b -> e",
        """start => m n | s g
           message n => b | n
           message m => b
           complete b => END""",
    ),
    "a process without start and end events begins and ends where it is open": (
        "a -> c:user; b -> d:user",
        """start => a b
           complete a => b c
           complete c => b
           complete b => d
           complete d => END""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_gateways(name, tmp_path):
    notation, script = CASES[name]
    play(tmp_path, bpmn(notation), script)


def test_no_true_way_out_of_a_task_or_an_inclusive_gateway_is_an_error_at_that_node(tmp_path):
    cases = {"a": "s:start -> a; a -> b [x]; b -> e:end", "g": "s:start -> a; a -> g:or; g -> b [x]; b -> e:end"}
    for verb, notation in cases.items():
        run = play(tmp_path, bpmn(notation), "start => a")
        with pytest.raises(NoWay) as bad:
            run.do({"do": "complete", "node": "a"})
        assert bad.value.facts["gateway"] == verb


def test_two_inclusive_joins_that_wait_for_each_other_are_told_and_not_waited_for(tmp_path):
    text = """s:start -> g:and; g -> j:or; g -> k:or; j -> u; k -> v; u -> x:xor; v -> y:xor
        x -> a [p]; x -> k *; y -> b [p]; y -> j *; a -> e:end; b -> e"""
    run = play(tmp_path, bpmn(text), "")
    with pytest.raises(Stuck, match=r"j.*k"):
        run.do({"do": "start"})


def test_a_task_that_is_not_open_is_told(tmp_path):
    run = play(tmp_path, bpmn("s:start -> a; a -> e:end"), "start => a")
    with pytest.raises(NotPossible, match="现在没有"):
        run.do({"do": "complete", "node": "s"})
