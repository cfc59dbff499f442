"""The case collection: written from DMN 1.5 chapter by chapter, answers worked by hand, run through the real command.

Each file of `cases/` holds models; each line below a model asks a decision, service or function.
"""

import json
from pathlib import Path

import pytest
import yaml

from tests.workflow.decisions.plain import written
from ziyuan.base.feel import wire
from ziyuan.workflow.decisions.cli import answer

FOLDER = Path(__file__).parent / "cases"


def _asked():
    for path in sorted(FOLDER.glob("*.yaml")):
        for place, model in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
            for number, case in enumerate(model["ask"], 1):
                name = f"{path.stem} {model['about']} {number}"
                yield pytest.param(f"{path.stem}-{place}", model, case, id=name)


ASKED = list(_asked())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cases")


@pytest.mark.parametrize(("file", "model", "case"), ASKED)
def test_the_answer_is_the_one_worked_by_hand(folder, file, model, case):
    own = folder / file
    if not own.exists():
        own.mkdir()
        for name, other in model.get("beside", {}).items():
            (own / name).write_bytes(written(other))
        (own / "main.dmn").write_bytes(written(model))
    asked = {key: case[key] for key in ("decision", "service", "invocable", "now") if key in case}
    line = json.dumps({"file": str(own / "main.dmn"), "input": case.get("in", {}), **asked})
    told = json.loads(wire.dump(answer(line)))
    if "error" in case:
        assert case["error"] in told["error"]["message"]
        return
    assert "error" not in told, told
    assert told["value"] == case["is"] and type(told["value"]) is type(case["is"]), told
    assert (told["reason"] is None) is (case["is"] is not None)
    assert case.get("why", "") in ((told["reason"] or {}).get("message") or "")


def test_the_collection_is_as_large_as_it_says():
    assert len(ASKED) >= 250
