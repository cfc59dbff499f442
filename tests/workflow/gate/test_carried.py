"""The gate refuses what a case would not carry out, at its line and with a remedy; what a case does carry passes."""

import pytest

from tests.workflow.gate.test_check import MATTER, MODULE, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.small_matter import process
from ziyuan.workflow.gate.check import check_pack

USER = 'zy:role="county_clerk" zy:level="county" zy:allow="agree"'
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
SIGNAL = '<signalEventDefinition signalRef="s"/>'
SEND, RECEIVE = '<sendTask id="notify" messageRef="m_remind"/>', '<receiveTask id="reply" messageRef="m_reply"/>'
PART, JOIN = '<subProcess id="part" name="签发">', '<parallelGateway id="join"/>'
REMINDED = '<endEvent id="reminded"/>'
MANY = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
BESIDE = (
    f'<subProcess id="sub" triggeredByEvent="true"><startEvent id="es" {{}}>{TIMER}</startEvent>'
    f'<userTask id="eu" {USER}/><endEvent id="ee"/><sequenceFlow id="e1" sourceRef="es" targetRef="eu"/>'
    '<sequenceFlow id="e2" sourceRef="eu" targetRef="ee"/></subProcess>'
)


def told(folder) -> list[str]:
    """Errors of the process; the examples are those of another process and do not count."""
    found = [f for f in check_pack(folder, MODULE) if f.severity == "error"]
    return [f.text() for f in found if "examples" not in f.file]


@pytest.fixture
def small(pack):  # noqa: F811
    (pack / PROCESS).write_text(process(), encoding="utf-8")
    plant(pack, MATTER, "facts: ", "messages: {reply: [answer]}\nfacts: ")
    plant(pack, MATTER, "  project_level: form.project_level", "  project_level: form.project_level\n  reviewers: case.counties")
    return pack


def test_joint_review_timers_messages_and_a_terminate_end_pass(small):
    assert told(small) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("agreed / total", "agred / total", "最接近的是“agreed”"),
        ('zy:collection="reviewers"', 'zy:collection="reviewrs"', "最接近的是“reviewers”"),
        ("<timeDuration>P3D</timeDuration>", "<timeDuration>waiting</timeDuration>", "waiting"),
        ("<timeCycle>R2/P1D</timeCycle>", "<timeCycle>pace</timeCycle>", "pace"),
        (SEND, '<serviceTask id="notify" zy:verb="push"/>', "案件不执行动作“push”"),
        (RECEIVE, f'<intermediateCatchEvent id="reply">{SIGNAL}</intermediateCatchEvent>', "不接收外来的信号"),
        ('<startEvent id="start"/>', f'<startEvent id="start">{TIMER}</startEvent>', "案件由收件开始"),
        ('<userTask id="note" name="登记回复"', '<sendTask id="note" messageRef="m_remind"', "可不经人办理到达结束"),
        (REMINDED, REMINDED.replace("/>", "><terminateEventDefinition/></endEvent>"), "可不经人办理到达结束"),
        (REMINDED, '<receiveTask id="reminded" messageRef="m_reply"/>', "可不经人办理到达结束"),
        (PART, f'{PART}<standardLoopCharacteristics loopMaximum="2"/>', ""),
        (PART, PART + MANY, "不用于子流程"),
        (JOIN, JOIN + BESIDE.format(""), "中断整个流程的事件子流程"),
        (JOIN, JOIN + BESIDE.format('isInterrupting="false"'), ""),
        ('<endEvent id="out"/>', '<endEvent id="out"><errorEventDefinition/></endEvent>', "结束“out”在 matter.yaml 的 results"),
    ],
)
def test_what_a_case_does_not_carry_is_refused_with_its_line_and_what_it_carries_is_not(small, old, new, says):
    plant(small, PROCESS, old, new)
    found = told(small)
    if not says:
        assert found == []
        return
    assert any(says in text for text in found), found
    assert all("process.bpmn" in text for text in found), found


def test_a_branch_that_runs_out_without_a_result_is_refused(small):
    """Non-interrupting events at the top lead to an end; an element without any flow would decide nothing."""
    late = f'<boundaryEvent id="top" attachedToRef="accept" cancelActivity="false">{TIMER}</boundaryEvent>'
    tail = '<sendTask id="tell" messageRef="m_remind"/><sequenceFlow id="t1" sourceRef="top" targetRef="tell"/>'
    plant(small, PROCESS, '<parallelGateway id="fork"/>', f'<parallelGateway id="fork"/>{late}{tail}')
    assert any("没有流出线,案件到此结束而没有结果" in text for text in told(small))
