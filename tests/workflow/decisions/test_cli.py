"""`ziyuan dmn`: the contract others script against."""

import json

from click.testing import CliRunner

from tests.workflow.decisions.dmn import data, decision, file, literal, table
from ziyuan.workflow.decisions.cli import commands

BODY = table(["area"], ["v"], ["< 10 => 1", ">= 10 => 2", ">= 20 => 3"])


def written(tmp_path):
    path = tmp_path / "t.dmn"
    path.write_bytes(file(data("area"), decision("r", BODY, "i:area"), decision("day", literal("today()"))))
    return path


def test_one_evaluation_with_trace(tmp_path):
    args = ["eval", str(written(tmp_path)), "--decision", "r", "--input", "-", "--trace"]
    result = CliRunner().invoke(commands, args, input='{"area": 5}')
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["value"] == 1
    assert told["trace"][0]["matched"] == [1]


def test_a_batch_answers_line_by_line_in_one_process(tmp_path):
    path = str(written(tmp_path))
    lines = [
        {"file": path, "decision": "r", "input": {"area": 12}},
        {"file": path, "decision": "r", "input": {"area": 25}},
        {"file": path, "decision": "nope", "input": {}},
        {"file": path + "x", "decision": "r", "input": {}},
        {"file": path, "decision": "day", "input": {}, "now": "2024-02-29T10:00:00+08:00"},
        {"file": path, "decision": "r", "input": {"area": {"@number": "1"}}},
    ]
    text = "\n".join([*map(json.dumps, lines), "nonsense"]) + "\n"
    result = CliRunner().invoke(commands, ["eval", "--batch"], input=text)
    found = [json.loads(line) for line in result.output.splitlines()]
    assert found[0]["value"] == 2
    assert found[1]["value"] is None
    assert "第 2、3 行" in found[1]["reason"]["message"]
    assert "error" in found[2]
    assert "error" in found[3]
    assert found[4]["value"] == {"@date": "2024-02-29"}
    assert found[5]["value"] == 1
    assert "error" in found[6]


def test_check_tells_faults_and_its_exit_code(tmp_path):
    path = written(tmp_path)
    result = CliRunner().invoke(commands, ["check", str(path), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.output.splitlines()[0])
    assert told["errors"][0]["message"].startswith("第 2、3 行同时适用于")
    assert CliRunner().invoke(commands, ["check", str(tmp_path / "none.dmn")]).exit_code == 11
