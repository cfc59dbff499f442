"""A file written again holds all it held: ids, diagram, comments, what we do not know; and decides the same."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workflow.decisions.dmn import data, decision, file, literal
from tests.workflow.decisions.plain import written
from ziyuan.workflow.decisions import Decision, NotADecisionFile
from ziyuan.workflow.decisions.cli import commands
from ziyuan.workflow.decisions.reading import read
from ziyuan.workflow.decisions.writing import upgraded

MODELS = [
    model
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for model in yaml.safe_load(path.read_text(encoding="utf-8"))
]
DRAWN = """<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn by hand -->
<definitions xmlns="{dmn}MODEL/" xmlns:dmndi="{dmn}DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/"
 xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" xmlns:feel="{dmn}FEEL/" xmlns:own="urn:own" id="d" name="t"
 namespace="urn:own" expressionLanguage="{dmn}FEEL/" own:seal="县局" exporter="any" exporterVersion="9">
  <extensionElements><own:note who="甲"><own:deep/>text</own:note></extensionElements>
  <import name="lib" namespace="urn:lib" importType="{dmn}MODEL/" locationURI="lib.dmn"/>
  <decision id="d1" name="level" own:colour="#fff"><?keep this?><variable id="v1" name="level" typeRef="string"/>
    <literalExpression id="l1"><text>"a &lt; b"</text></literalExpression></decision>
  <dmndi:DMNDI><dmndi:DMNDiagram id="g1"><dmndi:DMNShape id="s1" dmnElementRef="d1" own:layer="2">
    <dc:Bounds x="10.5" y="20" width="180" height="80"/></dmndi:DMNShape>
    <dmndi:DMNEdge id="e1"><di:waypoint x="1" y="2"/><di:waypoint x="3" y="4"/></dmndi:DMNEdge>
  </dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
"""
LATEST = "https://www.omg.org/spec/DMN/20230324/"
EDITIONS = [
    "http://www.omg.org/spec/DMN/20180521/",
    "https://www.omg.org/spec/DMN/20191111/",
    "https://www.omg.org/spec/DMN/20211108/",
    LATEST,
]


def canonical(text: bytes | str) -> bytes:
    return etree.tostring(etree.fromstring(text if isinstance(text, bytes) else text.encode()), method="c14n")


def without_lines(found):
    text = repr((found.nodes, found.types, found.imports))
    return re.sub(r"line=\d+", "", text)


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_older_file_becomes_the_same_file_in_edition_1_5(edition):
    out = upgraded(DRAWN.format(dmn=edition).encode(), "t.dmn")
    assert canonical(out) == canonical(DRAWN.format(dmn=LATEST))
    assert b"drawn by hand" in out


def test_writing_twice_changes_nothing():
    once = upgraded(DRAWN.format(dmn=EDITIONS[0]).encode(), "t.dmn")
    assert upgraded(once, "t.dmn") == once


@pytest.mark.parametrize("model", MODELS, ids=[model["about"] for model in MODELS])
def test_every_case_file_is_read_the_same_after_it_was_written(model):
    source = written(model, EDITIONS[1] + "MODEL/")
    again = upgraded(source, "t.dmn")
    assert without_lines(read(again, "t.dmn")) == without_lines(read(source, "t.dmn"))


def test_type_references_of_edition_1_1_become_names():
    old = """<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" xmlns:feel="http://www.omg.org/spec/FEEL/20140401"
      xmlns:t="urn:t" namespace="urn:t" name="t" id="d"><itemDefinition name="big"><typeRef>feel:number</typeRef>
      <allowedValues><text>&gt; 9</text></allowedValues></itemDefinition>
      <inputData id="i" name="x"><variable name="x" typeRef="t:big"/></inputData>
      <decision id="r" name="r"><variable name="r" typeRef="feel:number"/><informationRequirement><requiredInput href="#i"/>
      </informationRequirement><literalExpression><text>x + 1</text></literalExpression></decision></definitions>"""
    out = upgraded(old.encode(), "t.dmn")
    assert b'typeRef="big"' in out and b"<typeRef>number</typeRef>" in out
    for text in (old.encode(), out):
        model = Decision.of(text)
        assert model.evaluate("r", {"x": 10}).value == 11
        assert model.evaluate("r", {"x": 1}).value is None


NAME = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)


@given(st.dictionaries(NAME, NAME, max_size=4), NAME)
@settings(max_examples=60, deadline=None)
def test_unknown_attributes_and_texts_of_any_kind_come_back(attributes, text):
    root = etree.fromstring(file(data("x"), decision("r", literal("1"))))
    for place, value in enumerate(attributes.values()):
        root[place % len(root)].set(f"{{urn:own:{place}}}a{place}", value)
    etree.SubElement(root, "{urn:own}note").text = text
    source = etree.tostring(root)
    assert canonical(upgraded(source, "t.dmn")) == canonical(source)


def test_the_command_writes_the_file_or_says_why_not(tmp_path):
    source, target = tmp_path / "in.dmn", tmp_path / "out.dmn"
    source.write_text(DRAWN.format(dmn=EDITIONS[0]), encoding="utf-8")
    assert CliRunner().invoke(commands, ["roundtrip", str(source), str(target)]).exit_code == 0
    asked = ["eval", str(target), "--decision", "level", "--input", "-"]
    assert json.loads(CliRunner().invoke(commands, asked, input="{}").output)["value"] == "a < b"
    source.write_text("<x/>", encoding="utf-8")
    assert CliRunner().invoke(commands, ["roundtrip", str(source), str(target)]).exit_code == 11
    with pytest.raises(NotADecisionFile):
        upgraded(b"", "t.dmn")
