"""外部单位 at the desk: registered by the system officer, its handler appointed; he signs in, sees one case, and answers.

The matter is a pack installed apart (tests/support/walk_pack): county clerk → water bureau → county chief.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.story.test_organisation_walk import confirm, fill, pick
from tests.support import browsing, desk, story, walk_pack

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
PROJECT, OPINION, SAID = "派河水厂取水口", "不占用河道管理范围,同意。", "受理意见只给本部门看"
UNIT = "SL340123"
password: dict[str, str] = {}


@pytest.fixture(scope="module")
def cases(sign_in, sealed) -> dict[str, Any]:
    """Two cases that the clerk has before him: one of the water matter, one that the bureau has nothing to do with."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    found = {}
    for name, matter in ((PROJECT, walk_pack.WATER.key), ("与水利无关的项目", "use_control/site_review")):
        draft = story.prepare(company, story.boundary(), PAPERS, matter=matter, project_level="county", project_name=name)
        sent = company.post(f"/api/applications/{draft}/submit", {"command": f"external-{matter}"})
        found[name] = story.case_of(clerk, sent["no"])["id"]
    return found


def test_0_the_matter_passes_the_publishing_gate(nodes):
    told = nodes.manage("inner", "pack", "check", walk_pack.WATER.pack)
    assert told.returncode == 0, told.stdout + told.stderr


def test_1_the_system_officer_registers_the_bureau_and_its_person(at_work):
    who = at_work("system340000")
    page = who.go(f"/organisation?unit=ZR{COUNTY}")
    page.locator("[data-act='external']").click()
    fill(page, 单位编号=UNIT, 名称=walk_pack.WATER_UNIT, 理由或文号="肥自然资〔2026〕6号")
    who.look("external-register", tab=False)
    confirm(page)
    expect(page.locator(".el-dialog:visible")).to_have_count(0)
    page.get_by_role("list", name="外部单位").locator(f"[data-unit='{UNIT}']").click()
    expect(page.get_by_role("heading", name=walk_pack.WATER_UNIT)).to_be_visible()
    expect(page.locator("[data-act='add'], [data-act='move']")).to_have_count(0)
    page.locator("[data-act='enter']").click()
    fill(page, 用户名="shui", 姓名="李水", 理由或文号="肥水〔2026〕1号")
    confirm(page)
    password["shui"] = page.locator(".el-dialog:visible .secret").inner_text()
    confirm(page)
    who.look("external-unit")
    desk.nothing_wrong(who)


def test_2_the_security_officer_can_appoint_him_to_that_one_post(at_work):
    who = at_work("security340000")
    page = who.go(f"/organisation?unit={UNIT}")
    page.locator("[data-act='appoint']").click()
    pick(page, "人员", "李水(shui)")
    page.get_by_role("combobox", name="岗位", exact=True).last.click(force=True)
    expect(page.locator(".el-select-dropdown__item:visible")).to_have_text(["外部单位经办人"])
    page.locator(".el-select-dropdown__item:visible").click()
    fill(page, 理由或文号="肥水〔2026〕2号")
    confirm(page)
    expect(page.locator("section[aria-label='岗位']")).to_contain_text("外部单位经办人")
    desk.nothing_wrong(who)


def test_3_the_clerk_sends_the_case_and_the_bureau_sees_it_and_nothing_else(opened, nodes, sign_in, cases):
    clerk = sign_in(f"clerk{COUNTY}")
    story.act(clerk, cases[PROJECT], "agree", opinion=SAID)
    who = browsing.person(opened, nodes.url("inner"))
    page = who.go("/login")
    page.get_by_label("账号").fill("shui")
    page.locator("input[name=password]").fill(password["shui"])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/tasks*")
    rows = page.get_by_role("table", name="待办").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("navigation", name="主导航").get_by_role("link")).to_have_text(["待办", "提醒"])
    who.look("external-inbox")
    rows.first.click()
    page.wait_for_url(f"**/cases/{cases[PROJECT]}*")
    expect(page.get_by_role("heading", name=PROJECT)).to_be_visible()
    who.look("external-case")
    who.phone("external-case")
    for tab in ("papers", "screening", "opinions", "log"):
        page.locator(f"[data-tab={tab}]").click()
        who.look(f"external-{tab}")
        expect(page.locator("body")).not_to_contain_text(SAID)
    expect(page.locator("[data-tab=flow]")).to_have_count(0)
    page.locator("[data-tab=overview]").click()
    desk.act(who, "agree", OPINION)
    page.locator("[data-tab=opinions]").click()
    expect(page.locator(".opinions__one")).to_have_count(1)
    expect(page.locator(".opinions__one")).to_contain_text(OPINION)
    page = who.go("/tasks?box=done")
    expect(page.get_by_role("table", name="待办").locator("tbody tr")).to_have_count(1)
    desk.nothing_wrong(who)
    page.goto(f"{nodes.url('inner')}/cases/{cases['与水利无关的项目']}")
    expect(page.locator("body")).to_contain_text("没有")
    expect(page.locator("body")).not_to_contain_text("与水利无关的项目")
    who.look("external-not-his", tab=False)


def test_4_the_chief_reads_the_bureaus_opinion_and_decides(at_work, cases):
    chief = at_work(f"chief{COUNTY}")
    page = chief.go(f"/cases/{cases[PROJECT]}?tab=opinions")
    expect(page.locator(".opinions__one", has_text=OPINION)).to_contain_text(walk_pack.WATER_UNIT)
    desk.act(chief, "agree")
    expect(page.locator("header.case__head")).to_contain_text("已批准")
    desk.nothing_wrong(chief)
