"""`ziyuan map txt`: results on standard output, problems beside, exit codes as promised."""

import json

import pytest
from click.testing import CliRunner

from tests.onemap.formats.test_boundary_txt import BOW, HEAD, WITH, gb
from ziyuan.onemap.formats.commands import txt


@pytest.fixture
def run(tmp_path):
    def go(data: bytes, *options: str):
        path = tmp_path / "界址点.txt"
        path.write_bytes(data)
        return CliRunner().invoke(txt, [str(path), *options])

    return go


def test_a_sound_text_ends_with_zero_and_shows_all(run):
    told = run(gb(WITH))
    assert told.exit_code == 0
    for part in ("GB18030", "先北(X)后东(Y)", "39", "DK2", "0.3000 公顷"):
        assert part in told.stdout


def test_a_fault_ends_with_one_and_names_line_and_remedy(run):
    told = run(gb(HEAD + BOW))
    assert told.exit_code == 1
    assert "第 13 行" in told.stderr and "自相交" in told.stderr


def test_json_is_one_object_for_programs(run):
    told = json.loads(run(gb(WITH), "--json").stdout)
    assert told["zone"] == 39 and told["problems"] == []


def test_the_canonical_text_is_written_on_demand_only(run, tmp_path):
    target = tmp_path / "out.txt"
    run(WITH.encode("utf-8"))
    assert not target.exists()
    assert run(WITH.encode("utf-8"), "--write", str(target)).exit_code == 0
    body = target.read_bytes()
    assert "坐标系=2000国家大地坐标系\r\n".encode("gb18030") in body and body.endswith(b"39512500.250\r\n")
