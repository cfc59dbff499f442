"""Scripts for the cases of this folder: one act and what stands after it on each line.

    start => a b              vars after the word: `start x=1`
    complete a => c
    message order => ·        (nothing waits, not ended)
    signal alarm => d
    advance 01T12:00 => e     a moment of January 2026
    complete e => END         ended, nothing waits

After `|` stand the nodes passed since the line before, in their order, where a case cares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ziyuan.base.feel import wire
from ziyuan.workflow.engine.simulating import Simulation

BEGIN = "2026-01-01T00:00:00+08:00"


def play(folder: Path, xml: bytes, script: str) -> Simulation:
    """Play a script against a file and compare each line with what it expects."""
    file = folder / "p.bpmn"
    file.write_bytes(xml)
    run = Simulation(file)
    run.do({"do": "advance", "to": BEGIN})
    passed: list[str] = []
    for line in filter(None, (part.strip() for part in script.splitlines())):
        act, _, expected = line.partition("=>")
        ready, _, through = expected.partition("|")
        told = run.do(_command(act.split()))
        if run.step is not None:
            json.dumps(run.step.state)
        want = ready.split()
        if want == ["END"]:
            assert told["ended"], (line, told)
            want = []
        else:
            assert not told["ended"], (line, told)
        assert sorted(told["ready"]) == sorted(word for word in want if word != "·"), (line, told)
        if through.strip():
            assert told["done"][len(passed) :] == through.split(), (line, told)
        passed = told["done"]
    return run


def _command(words: list[str]) -> dict[str, Any]:
    verb, *rest = words
    command: dict[str, Any] = {"do": verb}
    values = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if equals:
            values[name] = wire.load(value)
        elif verb == "advance":
            command["to"] = f"2026-01-{word}:00+08:00"
        else:
            command["node"] = word
    return {**command, "vars": values} if values else command
