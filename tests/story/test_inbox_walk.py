"""Inbox, copy, urge and supervision at the desk: the four boxes, the bell, the receipt, the list of supervision, the outbox."""

import re

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
CLERK, CHIEF, CITY = f"clerk{COUNTY}", f"chief{COUNTY}", "chief340100"


@pytest.fixture(scope="module")
def accepted(sign_in, sealed) -> dict[str, str]:
    """A county's own case that its clerk has accepted and its chief is to decide: its page and its number."""
    company, clerk = sign_in("company"), sign_in(CLERK)
    draft = story.prepare(company, story.boundary(), PAPERS, project_level="county")
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "inbox"})
    case = story.case_of(clerk, sent["no"])
    story.act(clerk, case["id"], "agree")
    return {"page": f"/cases/{case['id']}", "no": case["no"]}


def panel_of(page):
    return page.get_by_role("region", name="抄送、催办、督办")


def test_1_the_city_urges_and_supervises_the_county(at_work, accepted):
    city = at_work(CITY)
    page = city.go(accepted["page"])
    page.locator("[data-action='case.urge']").click()
    dialog = page.locator(".el-dialog:visible")
    dialog.get_by_label("催办内容").fill("临近期限,请抓紧办理")
    city.look("inbox-urge", tab=False)
    desk.confirm(city)
    expect(page.locator("[data-action='case.urge']")).to_be_disabled()
    page.locator("[data-action='case.supervise']").click()
    page.locator(".el-dialog:visible").get_by_label("督办事项").fill("请说明选址比选情况")
    city.look("inbox-supervise", tab=False)
    desk.confirm(city)
    expect(panel_of(page)).to_contain_text("待反馈")
    desk.nothing_wrong(city)


def test_2_the_chief_finds_it_in_his_inbox_and_reports(at_work, accepted):
    chief = at_work(CHIEF)
    page = chief.go("/tasks")
    row = page.locator("tbody tr", has_text=accepted["no"])
    expect(row).to_contain_text("未读")
    expect(row).to_contain_text("催办")
    expect(row).to_contain_text("督办")
    chief.look("inbox-todo")
    page = chief.go("/notices")
    expect(page.locator("tbody tr", has_text="催办")).to_be_visible()
    chief.look("inbox-notices")
    page.locator("tbody tr", has_text="督办").first.click()
    page.wait_for_url(re.compile(r"/cases/\d+"))
    expect(panel_of(page)).to_contain_text("已阅")
    page.locator("[data-action='case.report_supervision']").click()
    page.locator(".el-dialog:visible").get_by_label("办理情况").fill("已比选三个方案,明日决定")
    desk.confirm(chief)
    expect(panel_of(page)).to_contain_text("已按期反馈")
    chief.look("inbox-case")
    chief.phone("inbox-case")
    desk.nothing_wrong(chief)


def test_3_a_circulated_copy_comes_back_with_an_opinion(at_work, accepted):
    clerk, province = at_work(CLERK), at_work("chief340000")
    page = clerk.go(accepted["page"])
    page.locator("[data-action='case.copy']").click()
    page.get_by_text("传阅,请填写意见").click()
    desk.choose(clerk, "收件人", "安徽省自然资源厅")
    page.locator(".el-dialog:visible p").first.click()  # the list of people closes
    clerk.look("inbox-copy", tab=False)
    desk.confirm(clerk)
    expect(panel_of(page)).to_contain_text("未阅")
    page = province.go("/tasks?box=copied")
    row = page.locator("tbody tr", has_text=accepted["no"])
    expect(row).to_contain_text("待填意见")
    province.look("inbox-copied")
    row.click()
    page.wait_for_url(re.compile(r"/cases/\d+"))
    page.locator("[data-action='case.give_opinion']").click()
    page.locator(".el-dialog:visible").get_by_label("意见").fill("无不同意见")
    desk.confirm(province)
    page = clerk.go(accepted["page"])
    expect(panel_of(page)).to_contain_text("无不同意见")
    desk.nothing_wrong(clerk, province)


def test_4_who_opened_the_supervision_closes_it(at_work, accepted):
    city = at_work(CITY)
    page = city.go("/supervisions?state=reported")
    expect(page.locator("tbody tr", has_text=accepted["no"])).to_be_visible()
    city.look("inbox-supervisions")
    page = city.go(accepted["page"])
    page.locator("[data-action='case.close_supervision']").click()
    page.locator(".el-dialog:visible").get_by_label("办结意见").fill("已落实")
    desk.confirm(city)
    expect(panel_of(page)).to_contain_text("已办结")
    for box in ("done", "mine"):
        city.go(f"/tasks?box={box}")
        city.look(f"inbox-{box}")
    desk.nothing_wrong(city)


def test_5_the_province_reads_the_figures_and_the_list_behind_one(at_work, accepted):
    province = at_work("chief340000")
    page = province.go("/supervisions")
    page.get_by_role("link", name="督办统计").click()
    page.wait_for_url(re.compile(r"/supervisions/figures"))
    table = page.get_by_role("region", name="督办统计表")
    expect(table.locator("tbody tr", has_text="肥西县")).to_contain_text("个工作日")
    page.get_by_text("按事项").click()
    expect(table.locator("tbody tr", has_text="肥西县")).to_contain_text("建设项目用地预审与选址")
    province.look("inbox-supervised-figures")
    province.phone("inbox-supervised-figures")
    desk.choose(province, "汇总到", "按市")
    table.get_by_role("button", name="合肥市").click()
    table.get_by_role("link", name="肥西县按期办结 1 件").click()
    page.wait_for_url(re.compile(r"figure=closed_on_time"))
    expect(page.locator("tbody tr", has_text=accepted["no"])).to_be_visible()
    expect(page.get_by_text("统计“按期办结”所计的督办")).to_be_visible()
    province.look("inbox-supervised-list")
    page.reload()
    expect(page.locator("tbody tr", has_text=accepted["no"])).to_be_visible()
    page.get_by_role("button", name="看全部督办").click()
    expect(page.get_by_text("没有符合条件的督办")).to_be_visible()
    desk.nothing_wrong(province)


def test_6_the_office_sees_what_left_and_what_could_not(at_work):
    office = at_work("system340000")
    page = office.go("/outgoing?state=sent")
    expect(page.get_by_role("tab", name="已发送")).to_have_attribute("aria-selected", "true")
    office.look("inbox-outgoing")
    desk.nothing_wrong(office)
