"""A small matter with what the first one has not: a joint review, timers in a part of it, a message, a terminate end.

    accept - review (a seat for each of `reviewers`, decided by ratio) - fork
    fork - part [sign; late after P3D: escalate; each day, twice: remind] - join - outcome - granted | refused
    fork - reply (message) - note (where refused: terminates) - join
"""

import shutil
from pathlib import Path
from typing import Any

import yaml

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import receive, versions
from ziyuan.workflow.cases import runtime as runtimes

ALLOW = 'zy:allow="agree refuse return recall correct handover"'
PROCESS = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:zy="https://ziyuan.example/bpmn" id="d" targetNamespace="t" expressionLanguage="https://www.omg.org/spec/FEEL/">
 <message id="m_reply" name="reply"/><message id="m_remind" name="reminder"/>
 <process id="small" isExecutable="true">
  <startEvent id="start"/>
  <userTask id="accept" name="受理" zy:role="county_clerk" zy:level="county" {ALLOW}/>
  <userTask id="review" name="会签" zy:role="county_chief" zy:level="county" zy:result="votes" {ALLOW}>
   <multiInstanceLoopCharacteristics zy:collection="reviewers" zy:item="reviewer">
    <completionCondition>agreed / total &gt;= THRESHOLD or refused / total &gt; 1 / 3</completionCondition>
   </multiInstanceLoopCharacteristics></userTask>
  <parallelGateway id="fork"/>
  <subProcess id="part" name="签发">
   <startEvent id="in"/>
   <userTask id="sign" name="签发" zy:role="city_chief" zy:level="city" {ALLOW}/>
   <boundaryEvent id="late" attachedToRef="sign"><timerEventDefinition>
    <timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>
   <boundaryEvent id="remind" attachedToRef="sign" cancelActivity="false"><timerEventDefinition>
    <timeCycle>R2/P1D</timeCycle></timerEventDefinition></boundaryEvent>
   <sendTask id="notify" messageRef="m_remind"/><endEvent id="reminded"/>
   <userTask id="escalate" name="催办" zy:role="province_chief" zy:level="province" {ALLOW}/>
   <endEvent id="out"/>
   <sequenceFlow id="p1" sourceRef="in" targetRef="sign"/><sequenceFlow id="p2" sourceRef="sign" targetRef="out"/>
   <sequenceFlow id="p3" sourceRef="late" targetRef="escalate"/>
   <sequenceFlow id="p4" sourceRef="escalate" targetRef="out"/>
   <sequenceFlow id="p5" sourceRef="remind" targetRef="notify"/>
   <sequenceFlow id="p6" sourceRef="notify" targetRef="reminded"/>
  </subProcess>
  <receiveTask id="reply" messageRef="m_reply"/>
  <userTask id="note" name="登记回复" zy:role="county_clerk" zy:level="county" {ALLOW}/>
  <exclusiveGateway id="noted" default="f7"/>
  <parallelGateway id="join"/>
  <exclusiveGateway id="outcome" default="f11"/>
  <endEvent id="granted"/>
  <endEvent id="refused"><terminateEventDefinition/></endEvent>
  <sequenceFlow id="f1" sourceRef="start" targetRef="accept"/>
  <sequenceFlow id="f2" sourceRef="accept" targetRef="review"/>
  <sequenceFlow id="f3" sourceRef="review" targetRef="fork"/>
  <sequenceFlow id="f4" sourceRef="fork" targetRef="part"/><sequenceFlow id="f5" sourceRef="fork" targetRef="reply"/>
  <sequenceFlow id="f6" sourceRef="reply" targetRef="note"/><sequenceFlow id="f6a" sourceRef="note" targetRef="noted"/>
  <sequenceFlow id="f7" sourceRef="noted" targetRef="join"/>
  <sequenceFlow id="f8" sourceRef="noted" targetRef="refused"><conditionExpression>outcome = "refuse"</conditionExpression>
  </sequenceFlow>
  <sequenceFlow id="f9" sourceRef="part" targetRef="join"/><sequenceFlow id="f10" sourceRef="join" targetRef="outcome"/>
  <sequenceFlow id="f11" sourceRef="outcome" targetRef="granted"/>
  <sequenceFlow id="f12" sourceRef="outcome" targetRef="refused"><conditionExpression>outcome = "refuse"
  </conditionExpression></sequenceFlow>
 </process>
</definitions>
"""


def process(threshold: str = "3 / 5", sequential: bool = False) -> str:
    """The process with the share of votes that decides; seats vote side by side or one after the other."""
    loop = f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"'
    return PROCESS.replace("THRESHOLD", threshold).replace("<multiInstanceLoopCharacteristics", loop)


def publish(monkeypatch: Any, tmp_path: Path, text: str, **more: Any) -> runtimes.Runtime:
    """From now on the matter of the pack runs on this process, with `more` in its text."""
    matter = kernel.matter("use_control/site_review")
    folder = tmp_path / "site_review"
    shutil.copytree(matter.folder, folder)
    (folder / matter.told["process"]).write_text(text, encoding="utf-8")
    told = yaml.safe_load((folder / "matter.yaml").read_text(encoding="utf-8"))
    told["facts"]["reviewers"] = "form.reviewers"
    told.update({"messages": {"reply": ["answer"]}, **more})
    (folder / "matter.yaml").write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    made = runtimes.compiled(kernel.Matter(matter.id, matter.pack, folder, told))
    for module in (versions, receive):
        monkeypatch.setattr(module, "runtime", lambda key: made)
    return made
