"""Added steps and a two-person jump at the desk: who is asked, what he sees, how it comes back, where the diagram stands."""

import re

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
CITY = f"{COUNTY[:4]}00"


@pytest.fixture(scope="module")
def received(sign_in, sealed) -> str:
    """The page of a case that waits for its county's clerk."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary(), PAPERS, project_level="province", investment=1)
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "added"})
    return f"/cases/{story.case_of(clerk, sent['no'])['id']}"


def choose_first(who, word: str) -> str:
    """The first of what may be chosen, by keyboard; returns its name."""
    field = who.page.locator(".el-dialog:visible").get_by_label(word)
    listed = who.page.locator(".el-select-dropdown__item:visible")
    field.focus()
    who.page.keyboard.press("Enter")
    expect(listed.first).to_be_visible()
    who.page.keyboard.press("ArrowDown")
    who.page.keyboard.press("Enter")
    expect(listed).to_have_count(0)
    return str(who.page.locator(".el-dialog:visible .el-select").inner_text())


def test_1_the_clerk_asks_an_officer_first_and_takes_him_away_again(at_work, received):
    clerk = at_work(f"clerk{COUNTY}")
    page = clerk.go(received)
    desk.begin(clerk, "add_before", "请先看选址。")
    page.locator(".el-dialog:visible [data-confirm]").click()
    expect(page.locator(".el-dialog:visible").get_by_role("alert")).to_contain_text("请选择")
    assert choose_first(clerk, "先提意见的人")
    clerk.look("added-before-ask", tab=False)
    desk.confirm(clerk)
    expect(page.locator("#act")).to_contain_text("减签")
    clerk.go(f"{received}?tab=flow")
    expect(page.locator(".flow__added")).to_have_text(re.compile("前加签:.+正在办理"))
    clerk.look("added-flow")
    page.locator("#act [data-action='remove']").scroll_into_view_if_needed()
    desk.begin(clerk, "remove", "改由本人办理。")
    choose_first(clerk, "减去的席位")
    desk.confirm(clerk)
    expect(page.locator(".flow__added")).to_have_text(re.compile("未办即关闭"))
    desk.nothing_wrong(clerk)


def test_2_a_delegate_answers_and_the_clerk_agrees(at_work, sign_in, received):
    clerk = at_work(f"clerk{COUNTY}")
    number = int(received.rsplit("/", 1)[1])
    officer = sign_in(f"clerk{COUNTY}")
    found = officer.get(f"/api/cases/{number}/choices?action=delegate&task=3")
    chief = next(one for one in found if "负责人" in one["name"] and "肥西" in one["organ_name"])
    story.act(officer, number, "delegate", to=chief["id"], opinion="请提出意见。")
    asked = at_work(f"chief{COUNTY}")
    page = asked.go(received)
    expect(page.locator("#act [data-action='advise']")).to_be_enabled()
    expect(page.locator("#act [data-action='agree']")).to_have_count(0)
    desk.begin(asked, "advise", "建议受理。")
    asked.look("added-advise", tab=False)
    desk.confirm(asked)
    page = clerk.go(f"{received}?tab=opinions")
    expect(page.locator(".opinions")).to_contain_text("委派")
    clerk.look("added-opinions")
    desk.begin(clerk, "agree", "同意。")
    desk.confirm(clerk)
    desk.nothing_wrong(clerk, asked)


def test_3_a_jump_takes_two_persons_and_the_diagram_shows_it(at_work, received):
    reviewer, chief = at_work(f"review{CITY}"), at_work(f"chief{CITY}")
    page = reviewer.go(received)
    desk.begin(reviewer, "jump", "县级材料需重新核对。")
    choose_first(reviewer, "跳到的环节")
    reviewer.look("jump-ask", tab=False)
    desk.confirm(reviewer)
    expect(page.locator(".notices")).to_contain_text("等待批准")
    page = chief.go(received)
    desk.begin(chief, "approve_jump", "同意。")
    expect(page.locator(".el-dialog:visible")).to_contain_text("县级材料需重新核对")
    chief.look("jump-approve", tab=False)
    desk.confirm(chief)
    chief.go(f"{received}?tab=flow")
    expect(page.locator(".flow__node--now")).to_have_count(1)
    chief.look("jump-flow")
    desk.nothing_wrong(reviewer, chief)
