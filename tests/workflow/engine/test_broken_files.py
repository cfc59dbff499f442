"""A process or table that is no XML: every command and the gate say in Chinese where it is broken."""

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from ziyuan.kernel import service as kernel
from ziyuan.workflow.decisions.cli import commands as dmn
from ziyuan.workflow.engine.cli import commands as bpmn
from ziyuan.workflow.gate.check import check_pack

ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,}")
HOME, MODULE = next(one for one in kernel.pack_folders() if one[0].name == "use_control")
PROCESS = (HOME / "matters/site_review/process.bpmn").read_bytes()
TABLE = (HOME / "matters/site_review/route.dmn").read_bytes()
BREAKS = {
    "a tag that nobody closes": (lambda data: data.replace(b"</definitions>", b""), "没有结束"),
    "a tag closed by another": (lambda data: data.replace(b"</definitions>", b"</definition>"), "标签不配对"),
    "cut off in the middle": (lambda data: data[: len(data) // 2], ""),
    "an ampersand": (lambda data: data.replace(b"<definitions", b"<definitions a='&'", 1), "&amp;"),
    "an attribute twice": (lambda data: data.replace(b' id="', b' id="x" id="', 1), "属性 id 写了两次"),
    "another encoding": (lambda data: data.decode().encode("gb18030"), "编码"),
    "a control character": (lambda data: data.replace(b"</definitions>", b"\x02</definitions>"), "不能使用的字符"),
    "a prefix that nobody declared": (lambda data: data.replace(b"</definitions>", b"<q:x/></definitions>"), "前缀 q 没有声明"),
}


def run(commands, *argv: str, given: str = "") -> str:
    done = CliRunner().invoke(commands, argv, input=given)
    assert done.exit_code in (1, 11), done.output
    return done.output


@pytest.fixture(params=BREAKS)
def broken(request, tmp_path):
    """`broken(good bytes, file name)`: the file, broken so; and what is to be said of it."""
    change, says = BREAKS[request.param]

    def made(good: bytes, name: str) -> str:
        assert change(good) != good
        (tmp_path / name).write_bytes(change(good))
        return str(tmp_path / name)

    return made, says


def sound(said: str, says: str, file: str) -> None:
    told = said.replace(file, "").replace(json.dumps(file)[1:-1], "")
    assert says in told, told
    assert not ENGLISH.search(told), told


def test_every_command_of_processes_says_it_in_chinese(broken, tmp_path):
    made, says = broken
    file = made(PROCESS, "p.bpmn")
    for argv in (("check", file), ("graph", file), ("roundtrip", file, str(tmp_path / "out.bpmn"))):
        sound(run(bpmn, *argv), says, file)
    [fault] = json.loads(run(bpmn, "check", file, "--json").splitlines()[0])["errors"]
    assert set(fault) == {"message", "element", "line", "nearest"} and fault["line"] > 0
    assert re.search(r"（第 \d+ 列）$", fault["message"])
    assert json.loads(run(bpmn, "graph", file, "--json"))["error"]["line"] == fault["line"]


def test_every_command_of_tables_says_it_in_chinese(broken):
    made, says = broken
    file = made(TABLE, "t.dmn")
    for argv in (("check", file), ("check", file, "--json"), ("eval", file, "--decision", "route")):
        sound(run(dmn, *argv, given="{}"), says, file)


def test_the_gate_says_it_in_chinese(broken, tmp_path):
    made, says = broken
    pack = tmp_path / "use_control"
    shutil.copytree(HOME, pack)
    for good, name in ((PROCESS, "process.bpmn"), (TABLE, "route.dmn")):
        shutil.copy(made(good, name), pack / "matters/site_review" / name)
        said = [f.text() for f in check_pack(pack, MODULE) if f.severity == "error" and name in f.text()]
        assert any(says in text for text in said), said
        assert not any(ENGLISH.search(text) for text in said), said


def test_input_that_is_no_json_or_no_utf8_says_so(tmp_path):
    table = tmp_path / "t.dmn"
    table.write_bytes(TABLE)
    argv = ("eval", str(table), "--decision", "route")
    assert "不是有效的 JSON" in run(dmn, *argv, given="{a")
    bad = tmp_path / "in.json"
    bad.write_bytes('{"a": "县"}'.encode("gb18030"))
    assert "不是 UTF-8 编码" in run(dmn, *argv, "--input", str(bad))
    assert "文件或文件夹不存在" in run(dmn, *argv, "--input", str(tmp_path / "none.json"))
