"""A case of three levels at the desk, as its officers walk it: proxy, correction, jump, joint review by weight, return.

The matter is a pack installed apart (tests/support/walk_pack). After each part the pages of the case say what was done:
opinions, log, tasks, and the diagram where it is and was.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story, walk_pack

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
CITY, PROVINCE = "340100", "340000"
CLERK, CHIEF = f"clerk{COUNTY}", f"chief{COUNTY}"
PROJECT = "环巢湖生态廊道"
SEATS = ["合肥市审核人", "合肥市负责人", "安徽省处长"]
BEHALF = "肥西县经办人 代 肥西县负责人"


@pytest.fixture(scope="module")
def received(sign_in, sealed) -> dict[str, Any]:
    """A provincial case of the joint review that waits for its county's clerk."""
    company, clerk = sign_in("company"), sign_in(CLERK)
    told = {"project_level": "province", "project_name": PROJECT}
    draft = story.prepare(company, story.boundary(), PAPERS, matter=walk_pack.JOINT.key, **told)
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "joint"})
    number = story.case_of(clerk, sent["no"])["id"]
    return {"draft": draft, "id": number, "page": f"/cases/{number}"}


@pytest.fixture(scope="module")
def case(received) -> str:
    return str(received["page"])


def waits(who) -> list[str]:
    """The nodes that the diagram on the page shows as being worked at."""
    who.page.locator("[data-tab=flow]").click()
    expect(who.page.locator(".flow svg")).to_be_visible()
    return states(who, "now")


def states(who, state: str) -> list[str]:
    """The user tasks that the diagram shows so."""
    titles = who.page.locator(f".flow__node--{state} > title").all_text_contents()
    return [t.split(":")[0] for t in titles if re.match("县级受理|县级审核|联合会签|省级决定", t)]


def opinions(who) -> list[str]:
    """What the opinions of the page say, one text each, in their order."""
    who.page.locator("[data-tab=opinions]").click()
    expect(who.page.locator(".opinions__one").first).to_be_visible()
    return [" ".join(text.split()) for text in who.page.locator(".opinions__one").all_inner_texts()]


def log(who) -> list[str]:
    """Act and person of each line of the log, newest last."""
    who.page.locator("[data-tab=log]").click()
    expect(who.page.locator(".log tbody tr").first).to_be_visible()
    rows = who.page.locator(".log tbody tr")
    return [" ".join(row.inner_text().split()) for row in rows.all()]


def inbox(who) -> str:
    """The rows of this project among a person's tasks."""
    page = who.go("/tasks")
    page.get_by_label("按编号、项目、申请人筛选").fill(PROJECT)
    page.wait_for_timeout(600)
    page.wait_for_load_state("networkidle")
    return str(page.get_by_role("table", name="待办").locator("tbody").inner_text())


def test_0_the_matter_passes_the_publishing_gate(nodes):
    told = nodes.manage("inner", "pack", "check", walk_pack.JOINT.pack)
    assert told.returncode == 0, told.stdout + told.stderr


def test_1_the_clerk_accepts_and_the_chief_lets_him_act_in_this_matter(at_work, case, tmp_path):
    clerk, chief = at_work(CLERK), at_work(CHIEF)
    clerk.go(case)
    clerk.look("joint-received")
    assert waits(clerk) == ["县级受理"]
    desk.begin(clerk, "agree", "材料齐全,予以受理。")
    desk.choose(clerk, "“县级审核”的办理人", "肥西县负责人")
    clerk.look("joint-chosen", tab=False)
    desk.confirm(clerk)
    assert (states(clerk, "done"), waits(clerk)) == (["县级受理"], ["县级审核"])
    assert any("选定“县级审核”的办理人:肥西县负责人" in line for line in log(clerk))
    letter = tmp_path / "委托书.pdf"
    letter.write_bytes(b"%PDF- letter")
    page = chief.go("/proxies")
    page.locator("[data-act='give']").click()
    desk.choose(chief, "代理人", "肥西县经办人")
    desk.choose(chief, "事项", walk_pack.JOINT.title)
    page.keyboard.press("Escape")
    page.get_by_label("结束日期").fill(page.get_by_label("开始日期").input_value())
    page.get_by_label("结束日期").press("Enter")
    page.get_by_label("委托事由").fill("赴省厅参加培训")
    page.get_by_label("委托书", exact=True).set_input_files(str(letter))
    chief.look("joint-proxy", tab=False)
    page.locator("[data-confirm]").click()
    row = page.locator("tbody tr", has_text="赴省厅参加培训")
    expect(row).to_contain_text("生效中")
    expect(row).to_contain_text(walk_pack.JOINT.title)
    desk.nothing_wrong(clerk, chief)


def test_2_for_his_chief_he_asks_a_correction_the_clock_stands_and_the_answer_comes_back_to_him(
    at_work, sign_in, received, case
):
    clerk, company = at_work(CLERK), sign_in("company")
    assert "代 肥西县负责人" in inbox(clerk)
    clerk.look("joint-inbox")
    page = clerk.go(case)
    expect(page.locator("#act [data-action='correct']")).to_have_text("退回补正(代 肥西县负责人)")
    page.locator("#act [data-action='correct']").click()
    desk.choose(clerk, "第 1 项的类别", "材料")
    desk.choose(clerk, "第 1 项的位置", "节约集约")
    page.locator(".el-dialog:visible").get_by_label("第 1 项的要求").fill("请补充节约集约用地论证分析")
    clerk.look("joint-correct", tab=False)
    desk.confirm(clerk)
    panel = page.get_by_role("region", name="时限")
    expect(panel).to_contain_text("补正")
    expect(page.locator(".case__head")).to_contain_text("待补正")
    clerk.look("joint-clock-stands")
    draft = received["draft"]
    story.until(lambda: company.get(f"/api/applications/{draft}")["state"] == "correcting")
    story.hand_in(company, draft, "saving_report")
    company.post(f"/api/applications/{draft}/answer", {"command": "joint-answer"})
    story.until(lambda: sign_in(CLERK).get(case.replace("/cases", "/api/cases"))["status"] == "open")
    clerk.go(case)
    expect(page.locator(".case__head")).to_contain_text("办理中")
    said = " ".join(log(clerk))
    assert all(word in said for word in ("一次性告知补正", "收到补正", f"{BEHALF} 一次性告知补正"))
    desk.act(clerk, "agree", "县级审核同意,报请会签。")
    assert opinions(clerk)[-1].startswith("县级审核 同意") and BEHALF in opinions(clerk)[-1]
    assert f"{BEHALF} 办理:县级审核,同意" in log(clerk)[-1]
    assert waits(clerk) == ["联合会签"]
    expect(page.locator(".case__head")).to_contain_text("在联合会签(合肥市审核人等 3 人)")
    clerk.look("joint-review-begins")
    desk.nothing_wrong(clerk)


def test_3_a_jump_takes_two_persons_and_leaves_the_review(at_work, case):
    proposes, approves = at_work(f"chief{CITY}"), at_work(f"chief{PROVINCE}")
    page = proposes.go(case)
    desk.begin(proposes, "jump", "县级意见未说明巢湖岸线,须重新审核。")
    desk.choose(proposes, "跳到的环节", "县级审核")
    proposes.look("joint-jump-ask", tab=False)
    desk.confirm(proposes)
    expect(page.locator(".notices")).to_contain_text("等待批准")
    expect(page.locator("#act")).to_contain_text("跳转由您提出,须由他人批准")
    assert waits(proposes) == ["联合会签"], "until another approves nothing moves"
    page = approves.go(case)
    desk.begin(approves, "approve_jump", "同意。")
    expect(page.locator(".el-dialog:visible")).to_contain_text("县级意见未说明巢湖岸线,须重新审核。现有待办")
    approves.look("joint-jump-approve", tab=False)
    desk.confirm(approves)
    assert waits(approves) == ["县级审核"]
    approves.look("joint-jump-flow")
    left = [one for one in opinions(approves) if "随跳转关闭" in one]
    assert ["权重 2" in one for one in left] == [True, False, False], "each seat closes as left by the jump"
    assert [name for one, name in zip(left, SEATS, strict=True) if name in one] == SEATS, "and says whose it was"
    told = log(approves)
    assert "跳到:县级审核" in told[-1] and "安徽省处长" in told[-1] and "合肥市负责人" in told[-2]
    desk.nothing_wrong(proposes, approves)


def test_4_one_seat_agrees_takes_it_back_and_agrees_again(at_work, case):
    clerk, seat = at_work(CLERK), at_work(f"review{CITY}")
    clerk.go(case)
    desk.act(clerk, "agree", "已补充岸线说明,同意。")
    assert waits(clerk) == ["联合会签"]
    seat.go(case)
    desk.act(seat, "agree", "同意选址。")
    assert "第 1 席,权重 2" in opinions(seat)[-1] and "同意选址。" in opinions(seat)[-1]
    assert waits(seat) == ["联合会签"], "two of four are not two thirds"
    assert PROJECT not in inbox(seat)
    seat.go(case)
    desk.begin(seat, "recall", "")
    seat.look("joint-recall", tab=False)
    desk.confirm(seat)
    assert "撤回" in log(seat)[-1]
    assert any("同意选址。" in one for one in opinions(seat)), "what was said stays"
    seat.look("joint-recalled-opinions")
    assert PROJECT in inbox(seat)
    seat.go(case)
    desk.act(seat, "agree", "同意选址,注意避让岸线。")
    assert "注意避让岸线" in opinions(seat)[-1]
    desk.nothing_wrong(clerk, seat)


def test_5_the_province_urges_whoever_has_not_spoken_and_not_twice_a_day(at_work, case):
    province, chief = at_work(f"chief{PROVINCE}"), at_work(f"chief{CITY}")
    page = province.go(case)
    urge, panel = page.locator("[data-action='case.urge']"), page.get_by_role("region", name="抄送、催办、督办")
    urge.click()
    page.locator(".el-dialog:visible").get_by_label("催办内容").fill("临近期限,请尽快表态。")
    province.look("joint-urge", tab=False)
    desk.confirm(province)
    expect(urge).to_be_disabled()
    expect(panel).to_contain_text("同一待办 1 个工作日内只能催办一次")
    expect(panel).to_contain_text("催办 合肥市负责人(未阅)")
    expect(panel).to_contain_text("临近期限,请尽快表态。")
    panel.scroll_into_view_if_needed()
    province.look("joint-urged")
    assert "催办" in log(province)[-1] and "合肥市负责人" in log(province)[-1]
    assert waits(province) == ["联合会签"], "nothing moves"
    assert "催办" in inbox(chief)
    chief.look("joint-urged-inbox")
    expect(chief.go(case).get_by_role("region", name="抄送、催办、督办")).to_contain_text("已阅")
    desk.nothing_wrong(province, chief)


def test_6_a_seat_is_added_and_two_thirds_of_the_weight_end_the_review(at_work, case):
    chief, clerk, province = at_work(f"chief{CITY}"), at_work(CLERK), at_work(f"chief{PROVINCE}")
    page = chief.go(case)
    desk.begin(chief, "add_seat", "请县级经办人一并表态。")
    desk.choose(chief, "增加的人", "肥西县经办人")
    chief.look("joint-add-seat", tab=False)
    desk.confirm(chief)
    assert waits(chief) == ["联合会签"]
    expect(page.locator(".flow__added")).to_have_text(["增加席:肥西县经办人(正在办理)"])
    chief.look("joint-added-flow")
    desk.act(chief, "agree", "市级同意。")
    assert waits(chief) == ["联合会签"], "three of five are not two thirds"
    assert PROJECT in inbox(province)
    assert PROJECT in inbox(clerk)
    clerk.go(case)
    desk.act(clerk, "agree", "材料属实,同意。")
    assert waits(clerk) == ["省级决定"]
    expect(clerk.page.locator("#act h2")).to_have_text("办理")
    expect(clerk.page.locator(".flow__added")).to_have_text(["增加席:肥西县经办人(已办)"])
    clerk.look("joint-ratio-flow")
    said = opinions(clerk)
    assert any("第 3 席,权重 1" in one and "不再需要" in one and "安徽省处长" in one for one in said), said
    assert any("第 4 席" in one and "由合肥市负责人增加席" in one for one in said), said
    clerk.look("joint-ratio-opinions")
    desk.nothing_wrong(chief, clerk, province)


def test_7_the_province_returns_it_to_the_county_and_it_comes_straight_back(at_work, case):
    province, chief = at_work(f"chief{PROVINCE}"), at_work(CHIEF)
    page = province.go(case)
    desk.begin(province, "return", "请核对岸线退距。")
    expect(page.locator(".el-dialog:visible .el-select")).to_contain_text("联合会签(全体重办)")
    desk.choose(province, "退回到", "县级审核")
    province.look("joint-return-ask", tab=False)
    desk.confirm(province)
    assert waits(province) == ["县级审核"]
    province.look("joint-return-flow")
    before = sum("联合会签" in one for one in opinions(province))
    assert "代" not in inbox(chief), "his own task is his own"
    chief.go(case)
    desk.act(chief, "agree", "退距已核对,符合要求。")
    assert waits(chief) == ["省级决定"], "straight back, the review is not held again"
    said = opinions(chief)
    assert sum("联合会签" in one for one in said) == before
    assert "退距已核对" in said[-1] and "代" not in said[-1]
    page = province.go(case)
    desk.act(province, "agree", "同意。")
    expect(page.locator(".case__head")).to_contain_text("已批准")
    assert waits(province) == []
    assert states(province, "done") == ["县级受理", "县级审核", "联合会签", "省级决定"]
    province.look("joint-decided-flow")
    province.phone("joint-decided-flow")
    assert "抄送:肥西县经办人" in " ".join(log(province)), "the deciding step copies whoever accepted the case"
    province.look("joint-decided-log")
    desk.nothing_wrong(province, chief)


def test_8_the_chief_is_back_and_ends_the_proxy(at_work, case):
    chief, clerk = at_work(CHIEF), at_work(CLERK)
    page = chief.go("/proxies")
    row = page.locator("tbody tr", has_text="赴省厅参加培训")
    row.get_by_role("button", name="终止").click()
    box = page.locator(".el-message-box:visible")
    box.locator("input").fill("已返回岗位")
    box.get_by_role("button", name="终止委托").click()
    expect(row).to_contain_text("已终止")
    chief.look("joint-proxy-ended", tab=False)
    expect(clerk.go("/proxies").locator("tbody tr", has_text="赴省厅参加培训")).to_contain_text("已返回岗位")
    copy = clerk.go("/tasks?box=copied").locator("tbody tr", has_text=PROJECT)
    expect(copy).to_contain_text("未读")
    clerk.look("joint-copied")
    copy.click()
    copied = clerk.page.get_by_role("region", name="抄送、催办、督办")
    expect(copied).to_contain_text("“省级决定”办结时按流程抄送")
    copied.scroll_into_view_if_needed()
    clerk.look("joint-copied-case")
    desk.nothing_wrong(chief, clerk)
