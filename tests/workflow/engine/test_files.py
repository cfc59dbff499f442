"""Reading, publish check, rewriting and drawing of BPMN files."""

import json

import pytest
from click.testing import CliRunner
from lxml import etree

from tests.workflow.engine.drawn import HEAD, bpmn, file, many, on
from ziyuan.workflow.engine import BpmnRefused, Graph, check, read
from ziyuan.workflow.engine.cli import commands

LINE = "s:start -> a; a -> b; b -> e:end"


def messages(text: bytes) -> list[str]:
    return [fault.text() for fault in check(text, "t.bpmn")]


def test_a_process_that_runs_has_no_fault():
    assert messages(bpmn(LINE)) == []


@pytest.mark.parametrize(
    ("tag", "nearest"),
    [
        ("task", "userTask"),
        ("transaction", "subProcess"),
        ("adHocSubProcess", "并行网关"),
        ("complexGateway", "inclusiveGateway"),
    ],
)
def test_what_cannot_run_is_refused_with_place_and_nearest_form(tag, nearest):
    (fault,) = check(bpmn(f"s:start -> a; a -> b:{tag}; b -> e:end"), "t.bpmn")
    assert (fault.file, fault.element, fault.line) == ("t.bpmn", "b", 5)
    assert tag in fault.message
    assert nearest in fault.nearest


@pytest.mark.parametrize(
    ("node", "content", "said"),
    [
        ("s", "<timerEventDefinition/>", "没有写明时间"),
        ("s", "<errorEventDefinition/>", "errorEventDefinition"),
        ("s", "<conditionalEventDefinition/>", "conditionalEventDefinition"),
        ("s", "<messageEventDefinition/><signalEventDefinition/>", "只能有一个触发"),
        ("e", "<escalationEventDefinition/>", "escalationEventDefinition"),
        ("e", "<compensateEventDefinition/>", "compensateEventDefinition"),
        ("e", "<cancelEventDefinition/>", "cancelEventDefinition"),
        ("a", "<multiInstanceLoopCharacteristics/>", "multiInstance"),
        ("a", many("2", 'behavior="One"'), "behavior"),
        ("a", "<standardLoopCharacteristics/>", "没有上限"),
    ],
)
def test_what_hangs_on_an_element_is_judged_too(node, content, said):
    (fault,) = check(bpmn(LINE, inside={node: content}))
    assert said in fault.message
    assert fault.element == node


@pytest.mark.parametrize(
    ("notation", "element", "said"),
    [
        ("s:start -> a; a -> e:end; b -> e", "b", "到不了这里"),
        ("s:start -> a; a -> b; b -> a", "s", "没有结束事件"),
        ("s:start -> g:and; g -> a; g -> b; a -> e:end; b -> b2; b2 -> b", "b", "到不了任何结束"),
        ("s:start -> g:and; g -> a [x = 1]; g -> b; a -> e:end; b -> e", "f2", "不能带条件"),
        ("s:start -> a [x]; a -> e:end", "f1", "不能带条件"),
        ("s:start -> g:xor; g -> a; g -> b *; a -> e:end; b -> e", "f2", "缺少条件"),
        ("s:start -> g:xor; g -> a [x >]; g -> b *; a -> e:end; b -> e", "f2", "条件"),
        ("s:start -> v:service; v -> g:xor; g -> v [x]; g -> e:end *", "v", "没有人工环节或定时的回路"),
        ("s:start -> g:xor; g -> a [x]; g -> b *; a -> j:and; b -> j; j -> e:end", "j", "不匹配"),
        ("s:start -> g:and; g -> x:xor; x -> a [y]; x -> b *; a -> j:and; b -> j; g -> c; c -> j; j -> e:end", "j", "不匹配"),
        ("s:start -> a; a -> e:end; t:start -> a", "t", "一个开始事件"),
    ],
)
def test_faults_of_the_drawing_are_placed(notation, element, said):
    found = check(bpmn(notation))
    assert any(fault.element == element and said in fault.message for fault in found), found


def test_scripts_and_conditions_in_other_languages_are_refused():
    text = bpmn("s:start -> t:script; t -> a; a -> e:end", extra={"t": 'scriptFormat="javascript"'})
    assert "javascript" in messages(text)[0]
    assert "FEEL" in messages(text)[0]
    other = bpmn("s:start -> g:xor; g -> a [x]; g -> b *; a -> e:end; b -> e").replace(
        b"<conditionExpression", b'<conditionExpression language="groovy"'
    )
    assert "groovy" in messages(other)[0]


def test_loops_instances_and_timers_in_other_languages_are_refused_too():
    def said(content: str) -> list[str]:
        return messages(bpmn(LINE, inside={"a": content}))

    assert "groovy" in said(many("2").replace("<loopCardinality>", '<loopCardinality language="groovy">'))[0]
    told = '<standardLoopCharacteristics><loopCondition language="urn:java">x</loopCondition></standardLoopCharacteristics>'
    assert "urn:java" in said(told)[0]
    timer = on("timer", "P1D").replace("<timeDuration>", '<timeDuration language="urn:java">')
    assert "urn:java" in messages(bpmn("s:start -> t:catch; t -> e:end", inside={"t": timer}))[0]
    assert said(many("2").replace("<loopCardinality>", '<loopCardinality language="https://www.omg.org/spec/FEEL/">')) == []


def test_a_doubled_id_and_a_flow_to_nowhere_are_told():
    assert any("重复" in m for m in messages(bpmn(LINE).replace(b'id="b"', b'id="a"')))
    assert any("终点" in m for m in messages(bpmn(LINE).replace(b'targetRef="b"', b'targetRef="zz"')))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "是空的"),
        (b"<a>", "第 1 行的 <a> 没有结束"),
        (b"<a/>", "不是 BPMN"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DTD"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "DTD"),
        (HEAD.encode() + b"</definitions>", "没有可执行的流程"),
    ],
)
def test_a_file_that_is_no_process_says_why(text, said):
    assert said in messages(text)[0]


def test_every_refusal_says_what_to_do_instead():
    texts = [
        "s:start -> a; a -> e:end; b -> e", "s:start -> a; a -> b; b -> a", "s:start -> a:task; a -> e:end",
        "s:start -> g:xor; g -> a; g -> b *; a -> e:end; b -> e", "s:start -> a; a -> e:end; e -> a; a -> s",
        "s:start -> g:xor; g -> a [x >]; g -> b *; a -> e:end; b -> e", "s:start -> t:catch; t -> e:end",
    ]  # fmt: skip
    found = [fault for text in texts for fault in check(bpmn(text))]
    found += check(bpmn(LINE).replace(b'id="b"', b'id="a"')) + check(bpmn(LINE).replace(b'Ref="b"', b'Ref="zz"'))
    assert len(found) > len(texts)
    assert [fault for fault in found if not fault.nearest or not fault.line] == []


def test_a_refused_graph_carries_all_faults():
    with pytest.raises(BpmnRefused) as bad:
        Graph.of(bpmn("s:start -> a:task; a -> b:complexGateway; b -> e:end"), "t.bpmn")
    assert [fault.element for fault in bad.value.faults] == ["a", "b"]
    assert "共 2 处" in bad.value.message


VENDOR = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:vendor" id="d" targetNamespace="t" '
    'v:exporter="x"><process id="p"><extensionElements><v:any a="1"><v:deep/></v:any></extensionElements>'
    '<!-- kept --><startEvent id="s"/><subProcess id="sub" v:colour="red"><userTask id="in" name="内 &amp; 外"/>'
    '<sequenceFlow id="f0" sourceRef="in" targetRef="in"/></subProcess><dataObject id="o"/>'
    '<sequenceFlow id="f" name="n" sourceRef="s" targetRef="sub"><conditionExpression>x &lt; 1</conditionExpression>'
    "</sequenceFlow></process><v:diagram><v:x/></v:diagram></definitions>"
).encode()


def test_rewriting_keeps_everything_that_is_not_ours():
    written = read(VENDOR).to_bytes()
    assert etree.tostring(etree.fromstring(written), method="c14n") == etree.tostring(
        etree.fromstring(VENDOR), method="c14n"
    )


def test_the_graph_command_lists_sub_processes_flat_and_reads_what_cannot_run(tmp_path):
    good, bad = tmp_path / "v.bpmn", tmp_path / "bad.bpmn"
    good.write_bytes(VENDOR)
    bad.write_bytes(b"<x")
    result = CliRunner().invoke(commands, ["graph", str(good), str(bad), "--json"])
    first, second = map(json.loads, result.output.splitlines())
    assert first == {
        "file": str(good),
        "nodes": [
            {"id": "s", "type": "startEvent", "name": ""},
            {"id": "sub", "type": "subProcess", "name": ""},
            {"id": "in", "type": "userTask", "name": "内 & 外"},
        ],
        "flows": [
            {"id": "f0", "source": "in", "target": "in", "name": "", "condition": None},
            {"id": "f", "source": "s", "target": "sub", "name": "n", "condition": "x < 1"},
        ],
    }
    assert set(second) == {"file", "error"}
    assert set(second["error"]) == {"message", "element", "line"}
    assert result.exit_code == 11


def test_the_check_command_tells_each_file(tmp_path):
    good, bad = tmp_path / "good.bpmn", tmp_path / "bad.bpmn"
    good.write_bytes(bpmn(LINE))
    bad.write_bytes(bpmn("s:start -> a:complexGateway; a -> e:end"))
    result = CliRunner().invoke(commands, ["check", str(good), str(bad), "--json"])
    first, second = [json.loads(line) for line in result.output.splitlines() if line.startswith("{")]
    assert first == {"file": str(good), "errors": []}
    assert set(second["errors"][0]) == {"message", "element", "line", "nearest"}
    assert result.exit_code == 1


def test_what_only_decorates_the_drawing_is_a_notice_and_no_fault(tmp_path):
    path = tmp_path / "p.bpmn"
    text = bpmn(LINE, extra={"a": 'xmlns:v="urn:vendor" v:assignee="x"'}).replace(
        b"<startEvent", b'<dataStoreReference id="store"/><dataObject id="o"/><textAnnotation id="t"/><group id="g"/><startEvent'
    )
    path.write_bytes(text)
    result = CliRunner().invoke(commands, ["check", str(path)])
    assert result.exit_code == 0
    assert "数据存储" in result.output
    assert "assignee" in result.output
    asjson = CliRunner().invoke(commands, ["check", str(path), "--json"])
    assert json.loads(asjson.output.splitlines()[0])["errors"] == []


def test_choreographies_and_conversations_are_refused():
    talk = b'<collaboration id="c"><conversation id="talk"/></collaboration></definitions>'
    assert any("会话" in m for m in messages(bpmn(LINE).replace(b"</definitions>", talk)))
    dance = b'<choreography id="d"><choreographyTask id="dt"/></choreography></definitions>'
    assert any("编排" in m for m in messages(bpmn(LINE).replace(b"</definitions>", dance)))


def test_the_executable_process_of_a_file_with_several_is_the_one_that_runs():
    both = bpmn("s:start -> a; a -> e:end", others='<process id="q" isExecutable="true"><startEvent id="t"/></process>')
    assert Graph.of(both).id == "p"
    other = both.replace(b'isExecutable="true">\n', b'isExecutable="false">\n')
    assert Graph.of(other).id == "q"
    assert list(Graph.of(other).nodes) == ["t"]


def test_the_roundtrip_command_writes_the_same_file(tmp_path):
    source, target = tmp_path / "in.bpmn", tmp_path / "out.bpmn"
    source.write_bytes(VENDOR)
    assert CliRunner().invoke(commands, ["roundtrip", str(source), str(target)]).exit_code == 0
    assert read(target.read_bytes()).nodes[1].id == "sub"


def test_the_simulate_command_sends_messages_and_signals_and_moves_the_clock(tmp_path):
    process = tmp_path / "p.bpmn"
    text = "s:start -> m:catch; m -> h:catch; h -> t:catch; t -> a; a -> e:end"
    inside = {"m": on("message", "m1"), "h": on("signal", "s1"), "t": on("timer", "P1D")}
    process.write_bytes(file(text, inside=inside))
    script = [
        {"do": "start", "to": "2026-01-01T08:00:00+08:00"},
        {"do": "signal", "name": "alarm"},
        {"do": "message", "name": "order"},
        {"do": "message", "node": "nobody"},
        {"do": "signal", "node": "h"},
        {"do": "advance", "to": "2026-01-02T07:59:59+08:00"},
        {"do": "advance", "to": "2026-01-02T08:00:00+08:00"},
        {"do": "advance"},
    ]
    result = CliRunner().invoke(commands, ["simulate", str(process)], input="\n".join(map(json.dumps, script)))
    told = [json.loads(line) for line in result.output.splitlines()]
    assert [line.get("ready") for line in told] == [["m"], ["m"], ["h"], None, ["t"], ["t"], ["a"], None]
    assert "order" in told[3]["error"]["message"]
    assert "to" in told[7]["error"]["message"]


def test_a_process_without_a_diagram_is_laid_out_without_overlap():
    text = "s:start -> g:xor; g -> a [x]; g -> b *; a -> j:xor; b -> j; j -> e:end"
    layout = Graph.of(bpmn(text)).layout()
    boxes = [(n["x"], n["y"], n["w"], n["h"]) for n in layout["nodes"]]
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and y >= 0 and x + w <= layout["width"] and y + h <= layout["height"]
        assert not any(
            x < x2 + w2 and x2 < x + w and y < y2 + h2 and y2 < y + h for x2, y2, w2, h2 in boxes[:i]
        )
    assert all(len(edge["waypoints"]) >= 2 for edge in layout["edges"])


def test_the_picture_without_a_diagram_shows_the_outer_level_with_its_boundary_events():
    text = bpmn(
        "s:start -> w:sub; w -> e:end; t:bound -> b; b -> e",
        bodies={"w": "ws:start -> a; a -> we:end"},
        extra={"t": 'attachedToRef="w"'},
        inside={"t": on("timer", "P1D")},
    )
    layout = Graph.of(text).layout()
    assert {node["id"] for node in layout["nodes"]} == {"s", "w", "e", "t", "b"}
    assert {(edge["source"], edge["target"]) for edge in layout["edges"]} == {("s", "w"), ("w", "e"), ("t", "b"), ("b", "e")}


def test_a_drawn_process_keeps_its_places_relative_to_each_other():
    diagram = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">'
        '<bpmndi:BPMNPlane bpmnElement="p">'
        + "".join(
            f'<bpmndi:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="-50" width="36" height="36"/></bpmndi:BPMNShape>'
            for key, x in (("s", 100), ("a", 200), ("b", 300), ("e", 400))
        )
        + '<bpmndi:BPMNEdge bpmnElement="f1"><di:waypoint x="136" y="-32"/><di:waypoint x="200" y="-32"/>'
        "</bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
    )
    layout = Graph.of(bpmn(LINE).replace(b"</definitions>", diagram.encode())).layout()
    assert [node["x"] for node in layout["nodes"]] == [20, 120, 220, 320]
    assert {node["y"] for node in layout["nodes"]} == {20}
    assert layout["edges"][0]["waypoints"] == [[56, 38], [120, 38]]


def test_the_simulate_command_plays_line_by_line_with_the_decisions_of_the_folder(tmp_path):
    from tests.workflow.decisions.dmn import data, decision, file, table

    process = tmp_path / "p.bpmn"
    process.write_bytes(
        bpmn('s:start -> a; a -> r:rule; r -> g:xor; g -> b [r = "big"]; g -> e:end *; b -> e')
    )
    body = table(["area"], ["r"], ['< 10 => "small"', '>= 10 => "big"'])
    (tmp_path / "r.dmn").write_bytes(file(data("area"), decision("r", body, "i:area")))
    script = [
        {"do": "complete", "node": "a"},
        {"do": "start", "vars": {"area": 12}},
        {"do": "dance", "node": "a"},
        {"do": "complete", "node": "a"},
        {"do": "complete", "node": "b"},
    ]
    result = CliRunner().invoke(
        commands, ["simulate", str(process)], input="\n".join(map(json.dumps, script))
    )
    told = [json.loads(line) for line in result.output.splitlines()]
    assert "error" in told[0]
    assert told[1] == {"ready": ["a"], "done": ["s"], "ended": False}
    assert "dance" in told[2]["error"]["message"]
    assert told[3] == {"ready": ["b"], "done": ["s", "a", "r", "g"], "ended": False}
    assert told[4] == {"ready": [], "done": ["s", "a", "r", "g", "b", "e"], "ended": True}
    assert result.exit_code == 1


def test_what_cannot_be_read_or_written_is_said_in_words_without_a_trace(tmp_path):
    source = tmp_path / "in.bpmn"
    source.write_bytes(bpmn("s:start -> a:user; a -> e:end"))
    ran = CliRunner().invoke(commands, ["roundtrip", str(source), str(tmp_path / "none" / "out.bpmn")])
    assert (ran.exit_code, "无法写出文件：没有这个文件或文件夹" in ran.output) == (11, True), ran.output
    ran = CliRunner().invoke(commands, ["simulate", str(tmp_path / "none.bpmn")], input='{"do":"start"}\n')
    assert (ran.exit_code, "第 0 行" in ran.output, "没有这个文件" in ran.output) == (11, False, True)
    ran = CliRunner().invoke(commands, ["simulate", str(source)], input='{"do":"start"}\n{"do":"advance","to":"明天"}\n')
    assert "to 应为日期时间" in ran.output
