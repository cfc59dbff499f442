"""An example moves the clock, withdraws, terminates and begins again, and is refused for the reason a person would see."""

import pytest
import yaml

from tests.workflow.gate.test_carried import told  # noqa: F401
from tests.workflow.gate.test_check import pack  # noqa: F401  (a fixture)
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import runtime as runtimes
from ziyuan.workflow.gate.examples import run

GIVEN = {"day": "2026-03-02", "site": {"area_m2": 3600, "counties": ["340123"]}, "papers": ["application", "basis"]}
AGREED = {"at": "accept", "do": "agree"}


@pytest.fixture
def play(tmp_path):
    """`play([steps], **then)`: what is wrong with such an example of the matter with a termination in its text."""
    matter = kernel.matter("use_control/site_review")
    form = yaml.safe_load((matter.folder / "examples/form.yaml").read_text(encoding="utf-8"))
    text = {**matter.told, "terminations": {"gone": {"title": "注销", "basis": "示例", "archive": {"keep": "10年"}}}}
    process = tmp_path / "process.bpmn"
    drawn = (matter.folder / matter.told["process"]).read_text(encoding="utf-8")
    process.write_text(drawn.replace('zy:allow="', 'zy:allow="terminate '), encoding="utf-8")
    rt = runtimes.compiled(kernel.Matter(matter.id, matter.pack, matter.folder, {**text, "process": str(process)}))

    def played(steps, **then):
        path = tmp_path / "one.yaml"
        one = {"story": "示例", "given": {**GIVEN, "form": form}, "when": steps, "then": then or {"status": "open"}}
        path.write_text(yaml.safe_dump(one, allow_unicode=True), encoding="utf-8")
        return run(rt, path)

    return played


def test_the_clock_stops_for_what_the_law_exempts_and_not_for_what_it_does_not(play):
    """Accepted Monday 2 March 2026. 专家评审 from Tuesday 3 to Friday 6: 3 days out; by Monday 9 five have passed, two used."""
    visit = [AGREED, {"do": "stop", "kind": "专家评审", "day": "2026-03-03"}]
    assert play(visit, standing="专家评审", used=1, due=None, stopped=1) == []
    back = [*visit, {"do": "resume", "kind": "专家评审", "day": "2026-03-06"}]
    assert play([*back, {"at": "county_decide", "do": "agree", "day": "2026-03-09"}], used=2, lamp="none", status="granted") == []
    look = {"do": "stop", "kind": "现场勘验", "basis": "示例", "day": "2026-03-03"}
    assert play([AGREED, look, {"do": "resume", "kind": "现场勘验", "day": "2026-03-06"}], used=4, standing="") == []


def test_a_stop_that_still_stands_ends_with_the_decision(play):
    refused = {"at": "county_decide", "do": "refuse", "day": "2026-03-06"}
    steps = [AGREED, {"do": "stop", "kind": "专家评审", "day": "2026-03-03"}, refused]
    assert play(steps, stopped=0, used=1, result="refused") == []


def test_an_extension_takes_a_proposal_and_an_approval_once(play):
    ask = [AGREED, {"do": "extend", "days": 5}]
    plain = play([AGREED], due="x")[0].rpartition(" ")[2].removeprefix("实为")
    assert play([*ask, {"do": "refuse_extension"}], extended=0, due=plain) == []
    assert play([*ask, {"do": "approve_extension"}], extended=5) == []
    assert play([*ask, {"do": "approve_extension"}], due=plain) != [], "negative control: five days more are another day"


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"do": "stop", "kind": "出差"}, "没有停计时的种类“出差”"),
        ({"do": "stop", "kind": "补正"}, "请用 correct"),
        ({"do": "stop", "kind": "现场勘验"}, "请写明依据"),
        ({"do": "resume", "kind": "听证"}, "“听证”没有在停计时"),
        ({"do": "extend", "days": 11}, "1 至 10 个工作日"),
        ({"do": "extend", "days": "5"}, "1 至 10 个工作日"),
        ({"do": "extend", "days": 5, "day": "2026-12-01"}, "已过承诺的办理期限"),
        ({"do": "approve_extension"}, "没有等待答复的延期申请"),
        ({"do": "restart"}, "案件现在是“open”"),
        ({"do": "terminate", "to": "mood"}, "terminations 中没有“mood”"),
        ({"at": "county_decide", "do": "handover"}, "示例不试走“转办”"),
        ({"at": "county_decide", "do": "leap"}, "不允许“leap”"),
    ],
)
def test_what_is_not_possible_is_refused_with_the_reason(play, step, says):
    assert play([AGREED, {**step, "refused": says}]) == []
    assert play([AGREED, step]) == [f"第 2 步:不能执行:{play([AGREED, step])[0].partition('不能执行:')[2]}"]


def test_an_ended_case_is_filed_and_a_restart_takes_that_back(play):
    gone = [AGREED, {"do": "terminate", "to": "gone", "day": "2026-03-04"}]
    assert play(gone, status="terminated", waits=None, effects=["archive.file"], archive={"keep": "10年"}, used=2) == []
    again = [*gone, {"do": "restart", "day": "2026-03-11"}]
    assert play(again, status="open", waits="accept", effects=[], archive=None, used=2, accepted="2026-03-02") == []
    assert play([AGREED, {"do": "withdraw"}], status="withdrawn", archive={"keep": "30年"}, effects=["archive.file"]) == []
