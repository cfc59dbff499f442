"""Invariant 12: the same text, inputs and day give the same value and the same trace, whatever the process around it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from ziyuan.kernel import service as kernel

ROOT = Path(__file__).resolve().parents[3]
PLACES = [{"PYTHONHASHSEED": "0", "TZ": "UTC"}, {"PYTHONHASHSEED": "4242", "TZ": "America/Lima", "LC_ALL": "C"}]
INPUTS = [
    {"project_level": level, "counties": counties, "cities": 1, "farmland_area": area, "redline_area": 0}
    for level in ("county", "city", "province", "state")
    for counties, area in ((1, 0), (2, 350000.5))
]


def everywhere(command: list[str], told: str) -> list[str]:
    """What the command answers in each of the places."""
    return [
        subprocess.run(
            [sys.executable, *command], input=told, capture_output=True, text=True, check=True, env={**os.environ, **place},
            cwd=ROOT,
        ).stdout
        for place in PLACES
    ]  # fmt: skip


def test_decisions_of_a_matter_give_the_same_values_and_traces_in_every_process():
    folder = kernel.matter("use_control/site_review").folder
    asked = [
        {"file": str(folder / f"{name}.dmn"), "decision": name, "input": one} for one in INPUTS for name in ("route", "proofs")
    ]
    command = ["-c", "from ziyuan.site.cli import main; main(['dmn', 'eval', '--batch'])"]
    here, there = everywhere(command, "\n".join(map(json.dumps, asked)))
    assert here == there
    answers = [json.loads(line) for line in here.splitlines()]
    assert len(answers) == len(asked)
    assert all("error" not in one and one["trace"] for one in answers)


def test_the_places_do_differ_in_what_a_careless_program_would_show():
    """Negative control: an answer that leans on the order of a set or on the clock of the place turns it red."""
    for careless in ("print(list({'土地', '规划', '矿产', '林地', '海域'}))", "import time; print(time.strftime('%H'))"):
        here, there = everywhere(["-c", careless], "")
        assert here != there, careless
