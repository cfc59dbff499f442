"""A matter whose process is a line of user tasks, each assigned as a test wants: accept - … - granted | refused."""

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import yaml

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import receive, versions
from ziyuan.workflow.cases import runtime as runtimes

ATTRIBUTES = ("role", "level", "allow", "assign", "jump", "chosen", "draw")
ALLOW = "agree refuse return recall correct handover"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zy="https://ziyuan.example/bpmn" id="d"
 targetNamespace="t" expressionLanguage="https://www.omg.org/spec/FEEL/"><process id="line" isExecutable="true">
<startEvent id="start"/>"""


def process(*nodes: dict[str, str]) -> str:
    """`{"id": …, "role": …, "level": …, "assign": …, "many": …}` for each task, in order."""
    ids, parts = ["start", *(n["id"] for n in nodes), "outcome"], [HEAD]
    for node in nodes:
        told = {"role": "county_clerk", "level": "county", "allow": ALLOW, **node}
        extra = "".join(f" zy:{k}={quoteattr(told[k])}" for k in ATTRIBUTES if k in told)
        parts.append(f'<userTask id="{node["id"]}" name="环节{node["id"]}"{extra}>{node.get("many", "")}</userTask>')
    parts.append('<exclusiveGateway id="outcome" default="yes"/><endEvent id="granted"/><endEvent id="refused"/>')
    for n, (source, target) in enumerate(pairwise(ids)):
        parts.append(f'<sequenceFlow id="f{n}" sourceRef="{source}" targetRef="{target}"/>')
    parts.append('<sequenceFlow id="yes" sourceRef="outcome" targetRef="granted"/>')
    parts.append('<sequenceFlow id="no" sourceRef="outcome" targetRef="refused"><conditionExpression>outcome = "refuse"'
                 "</conditionExpression></sequenceFlow></process></definitions>")  # fmt: skip
    return "\n".join(parts)


def folder(tmp_path: Path, text: str, **told: Any) -> kernel.Matter:
    """The matter of the pack in a folder of its own, with this process and these keys."""
    matter = kernel.matter("use_control/site_review")
    place = tmp_path / "site_review"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(matter.folder, place)
    (place / matter.told["process"]).write_text(text, encoding="utf-8")
    read = yaml.safe_load((place / "matter.yaml").read_text(encoding="utf-8"))
    read["facts"]["reviewers"] = "form.reviewers"
    read.update(told)
    (place / "matter.yaml").write_text(yaml.safe_dump(read, allow_unicode=True), encoding="utf-8")
    return kernel.Matter(matter.id, matter.pack, place, read)


def publish(monkeypatch: Any, tmp_path: Path, text: str, **told: Any) -> None:
    """From now on cases of the matter run on this process."""
    made = runtimes.compiled(folder(tmp_path, text, **told))
    for module in (versions, receive):
        monkeypatch.setattr(module, "runtime", lambda key: made)
