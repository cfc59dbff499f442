"""What `ziyuan` says when something broke: a sentence, a remedy, exit code 11; never a stack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ziyuan.site import failing

NEEDS_THE_NODE = ["asof tdt1057@2020/DLTB 2024-12-31", "duty"]


def without_database(words, tmp_path, node):
    """The command on a node whose database does not run."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ZIYUAN", "DJANGO", "PG"))}
    env |= {"ZIYUAN_NODE": str(node), "DJANGO_SETTINGS_MODULE": "ziyuan.site.settings"}
    command = [sys.executable, "-m", "ziyuan.site.cli", *words.split()]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path, timeout=60)


@pytest.fixture
def node(tmp_path):
    told = json.loads(Path(os.environ["ZIYUAN_NODE"]).read_text(encoding="utf-8"))
    path = tmp_path / "node.json"
    path.write_text(json.dumps(_away(told, str(tmp_path / "nowhere"))), encoding="utf-8")
    return path


def _away(told, folder):
    """The node file with each database host a folder in which no server listens."""
    if not isinstance(told, dict):
        return told
    return {key: folder if key.casefold() == "host" else _away(value, folder) for key, value in told.items()}


def test_a_command_that_needs_the_node_says_so_when_its_database_is_away(tmp_path, node):
    for words in NEEDS_THE_NODE:
        said = without_database(f"map {words}", tmp_path, node)
        assert "Traceback" not in said.stderr, words
        assert said.returncode == 11, (words, said.stderr)
        assert "ZY-SIT-001" in said.stderr, words
        assert "./ziyuan up" in said.stderr, words


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("map nosuch", "没有命令“nosuch”"),
        ("map editions DLTB", "多出的参数:DLTB"),
        ("standards show tdt1057 --ddl", "选项 --ddl 之后应写出它的值"),
        ("map check nofile.gpkg --standard x", "“nofile.gpkg”不存在"),
        ("map asof", "缺少参数 LAYER"),
        ("map deliver a.zip", "缺少选项 --mandate"),
        ("map changeset", "make"),
        ("nosuch", "没有命令“nosuch”"),
    ],
)
def test_a_wrong_call_is_told_in_chinese_and_ends_with_two(tmp_path, words, told):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ZIYUAN", "DJANGO", "PG"))}
    command = [sys.executable, "-m", "ziyuan.site.cli", *words.split()]
    said = subprocess.run(command, capture_output=True, text=True, env=env, cwd=tmp_path)
    assert said.returncode == 2
    assert told in said.stderr
    assert "No such" not in said.stderr + said.stdout


def test_a_fault_of_the_program_is_told_with_its_place_and_kept_whole_for_the_maintainers():
    try:
        [][0]
    except IndexError as error:
        told = failing.told(error)
    assert told.code == "ZY-SIT-003"
    assert "IndexError(test_failing.py 第" in str(told)
    story = Path(told.remedy.split("请把 ")[1].split(" 交给")[0])
    assert "list index out of range" in story.read_text(encoding="utf-8")
    story.unlink()


def test_a_file_that_cannot_be_written_is_the_callers_to_put_right(tmp_path):
    try:
        (tmp_path / "没有" / "a.txt").write_text("")
    except OSError as error:
        told = failing.told(error)
    assert told.code == "ZY-SIT-004"
    assert str(told) == f"读写不了“{tmp_path / '没有' / 'a.txt'}”:文件或文件夹不存在。"
