"""Rule text that means harm ends in a located error, within its budget, and the process lives on."""

import contextlib
import json
import time

import pytest

from tests.workflow.decisions.dmn import NAMESPACE, decision, file, literal
from tests.workflow.decisions.plain import written
from ziyuan.workflow.decisions import Decision, NotADecisionFile, OverBudget
from ziyuan.workflow.decisions.cli import answer
from ziyuan.workflow.decisions.loading import MOST_FILES

SECONDS = 5.0
LOOP = {"for": "i", "in": "[1..100000000]", "return": "i"}
CALLED = {"invoke": "f", "with": {"n": "n + 1"}}


def nodes(**told):
    return Decision.of(written({"nodes": {name.replace("_", " "): node for name, node in told.items()}}), "t.dmn")


@pytest.mark.parametrize(
    "told",
    [
        {"f": {"function": ["n"], "body": "f(n + 1)"}, "r": {"is": "f(1)", "needs": ["f"]}},
        {"f": {"function": ["n"], "body": CALLED}, "r": {"is": "f(1)", "needs": ["f"]}},
        {"f": {"function": ["n"], "body": {"list": [CALLED, CALLED]}}, "r": {"is": "f(1)", "needs": ["f"]}},
        {"f": {"function": ["n"], "body": {"table": {"in": ["f(n)"], "rules": ["- => 1"]}}}, "r": {"is": "f(1)", "needs": ["f"]}},
        {"f": {"function": ["n"], "body": "[f(n), f(n)]"}, "r": {"is": "f(1)", "needs": ["f"]}},
        {"s": {"service": {"out": ["r"]}}, "r": {"is": "s()", "needs": ["s"]}},
        {"r": {"is": LOOP}},
        {"r": {"is": "count(for i in 1..1000000000 return i)"}},
        {"r": {"is": {"for": "i", "in": "[1..1000]", "return": {"for": "j", "in": "[1..1000]", "return": "1"}}}},
        {"r": {"is": "(for i in 1..3000 return [partial])[3000]"}},
    ],
    ids=["feel", "invocation", "tree", "table", "doubling", "service", "boxed loop", "loop", "nested", "growing"],
)
def test_endless_work_is_an_error_that_names_its_element(told):
    begun = time.process_time()
    with pytest.raises(OverBudget) as caught:
        nodes(**told).evaluate("r", {})
    assert time.process_time() - begun < SECONDS
    assert caught.value.file == "t.dmn"
    assert caught.value.line == 1
    assert caught.value.element in ("d r", "k f", "s s")


def test_values_that_double_along_a_chain_are_stopped():
    told = {"v0": {"is": '["x"]'}}
    told |= {f"v{n}": {"is": f"[v{n - 1}, v{n - 1}]", "needs": [f"v{n - 1}"]} for n in range(1, 60)}
    with pytest.raises(OverBudget):
        nodes(**told).evaluate("v59", {})
    outcome = nodes(**told).evaluate("v14", {})
    assert len(json.dumps(outcome.trace)) < 5_000_000


def test_texts_that_double_along_a_chain_are_stopped():
    told = {"v0": {"is": '"0123456789"'}}
    told |= {f"v{n}": {"is": f"v{n - 1} + v{n - 1}", "needs": [f"v{n - 1}"]} for n in range(1, 60)}
    begun = time.process_time()
    with contextlib.suppress(OverBudget):
        assert nodes(**told).evaluate("v59", {}).value is None
    assert time.process_time() - begun < SECONDS


def test_a_very_long_chain_of_decisions_is_no_harm():
    told = {"v0": {"is": "0"}}
    told |= {f"v{n}": {"is": f"v{n - 1} + 1", "needs": [f"v{n - 1}"]} for n in range(1, 1500)}
    model = nodes(**told)
    assert model.evaluate("v1499", {}).value == 1499
    assert model.check() == []


@pytest.mark.parametrize("text", ["{" + " " * 100_000, "{" * 50_000, '{"' * 50_000, "{a," * 50_000, '{"' + "\\" * 100_000])
def test_text_that_costs_a_careless_reader_much_costs_little(text):
    begun = time.process_time()
    model = nodes(bad={"is": text}, ok={"is": "1"})
    assert model.evaluate("ok", {}).value == 1
    assert model.evaluate("bad", {}).value is None
    assert model.check()
    assert time.process_time() - begun < SECONDS


def test_boxes_within_boxes_have_a_bottom():
    body = literal("1")
    for _ in range(110):
        body = f"<list>{body}</list>"
    model = Decision.of(file(decision("r", body), decision("ok", literal("1"))))
    assert model.evaluate("ok", {}).value == 1
    assert any("嵌套过深" in fault.message for fault in model.check())
    json.dumps(model.evaluate("r", {}).value)


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><definitions>&b;</definitions>',
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>',
        b"<definitions xmlns='" + NAMESPACE.encode() + b"'>" + b"<a>" * 100_000,
        b"\xff\xfe\x00",
        b"<definitions",
    ],
    ids=["bomb", "outside", "deep", "bytes", "cut"],
)
def test_hostile_xml_is_refused(text):
    with pytest.raises(NotADecisionFile):
        Decision.of(text, "t.dmn")


def imports(*namespaces):
    return "".join(
        f'<import name="n{n}" namespace="{space}" importType="{NAMESPACE}" locationURI="{place}"/>'
        for n, (space, place) in enumerate(namespaces)
    )


def test_an_import_never_leaves_its_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out.dmn").write_bytes(file(decision("secret", literal('"s"')), own="urn:out"))
    (tmp_path / "in" / "link.dmn").symlink_to(tmp_path / "out.dmn")
    asking = decision("r", literal("n0.secret"), knows="x").replace("#x", "urn:out#d_secret")
    for place in ("../out.dmn", str(tmp_path / "out.dmn"), "link.dmn", "..\\out.dmn", "file:///etc/passwd", ""):
        (tmp_path / "in" / "main.dmn").write_bytes(file(asking, head=imports(("urn:out", place))))
        outcome = Decision.load(tmp_path / "in" / "main.dmn").evaluate("r", {})
        assert outcome.value is None
        assert "同一文件夹" in outcome.reason.message
    (tmp_path / "in" / "link.dmn").unlink()
    (tmp_path / "in" / "out.dmn").write_bytes((tmp_path / "out.dmn").read_bytes())
    assert Decision.load(tmp_path / "in" / "main.dmn").evaluate("r", {}).value == "s"


def test_imports_in_circles_and_in_crowds_are_told_and_end(tmp_path):
    for n in range(MOST_FILES + 20):
        spaces = [(f"urn:{m}", f"f{m}.dmn") for m in ((n + 1) % (MOST_FILES + 20), 0, n)]
        (tmp_path / f"f{n}.dmn").write_bytes(file(decision("a", literal("1")), own=f"urn:{n}", head=imports(*spaces)))
    begun = time.process_time()
    model = Decision.load(tmp_path / "f0.dmn")
    assert time.process_time() - begun < SECONDS
    assert model.evaluate("a", {}).value == 1
    assert any("循环导入" in fault.message for fault in model.check())


def test_files_that_import_the_next_twice_are_each_asked_once(tmp_path):
    for n in range(40):
        head = imports((f"urn:{n + 1}", f"f{n + 1}.dmn"), (f"urn:{n + 1}", f"f{n + 1}.dmn"))
        head = head.replace('name="n0"', 'name=""').replace('name="n1"', 'name=""')
        asked = decision("a", literal("1 instance of nobody"), kind="nobody")
        (tmp_path / f"f{n}.dmn").write_bytes(file(asked, own=f"urn:{n}", head=head))
    (tmp_path / "f40.dmn").write_bytes(file(decision("a", literal("1")), own="urn:40"))
    begun = time.process_time()
    model = Decision.load(tmp_path / "f0.dmn")
    assert model.evaluate("a", {}).value is None
    assert any("nobody" in fault.message for fault in model.check())
    assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"file": 5}',
        '{"file": "/dev/zero", "decision": "x"}',
        '{"file": "/", "decision": "x"}',
        '{"file": "\\u0000", "decision": "x"}',
        '{"file": "none.dmn", "decision": "x"}',
        '{"file": "none.dmn", "decision": ["x"]}',
        "[" * 100_000,
        '{"file": "none.dmn", "decision": "x", "input": [1]}',
        '{"file": "none.dmn", "decision": "x", "input": {"a": {"@date": "x"}}}',
    ],
)
def test_a_bad_request_is_one_line_that_says_so(line):
    assert set(answer(line)) == {"error"}


def test_a_good_request_after_hostile_ones_is_answered(tmp_path):
    path = tmp_path / "t.dmn"
    told = {"nodes": {"f": {"function": ["n"], "body": "f(n)"}, "r": {"is": "f(1)", "needs": ["f"]}, "ok": {"is": "1"}}}
    path.write_bytes(written(told))
    bad = answer(json.dumps({"file": str(path), "decision": "r"}))
    assert bad["error"]["element"] == "k f" and bad["error"]["line"] == 1
    assert answer(json.dumps({"file": str(path), "decision": "ok"}))["value"] == 1
