"""Officers shape a county's office in the browser, and a chief lets his clerk act for him while he is away."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk

pytestmark = [pytest.mark.story, pytest.mark.browser]


def fill(page, **fields: str) -> None:
    for label, text in fields.items():
        page.locator(".el-dialog:visible").get_by_label(label, exact=True).fill(text)


def pick(page, label: str, option: str) -> None:
    """Exactly that option, when the list that was open before is closed."""
    expect(page.locator(".el-select-dropdown__item:visible")).to_have_count(0)
    page.get_by_role("combobox", name=label, exact=True).last.click(force=True)
    page.locator(".el-select-dropdown__item:visible").get_by_text(option, exact=True).click()


def confirm(page) -> None:
    page.locator(".el-dialog:visible [data-confirm]").click()


def test_1_the_system_officer_sets_up_a_division_and_enters_a_person(at_work):
    who = at_work("system340000")
    page = who.go(f"/organisation?unit=ZR{COUNTY}")
    expect(page.get_by_role("heading", name="肥西县自然资源和规划局")).to_be_visible()
    page.locator("[data-act='add']").click()
    confirm(page)
    expect(page.locator(".el-dialog:visible").get_by_role("alert").first).to_be_visible()
    who.look("organisation-missing", tab=False)
    fill(page, 单位编号="FX-YT", 名称="用途管制股", 理由或文号="肥编〔2026〕1号")
    confirm(page)
    expect(page.locator(".el-dialog:visible")).to_have_count(0)
    page.locator("[data-unit='FX-YT']").click()
    expect(page.get_by_role("heading", name="用途管制股")).to_be_visible()
    page.locator("[data-act='enter']").click()
    fill(page, 用户名="fx-zhang", 姓名="张三", 理由或文号="肥人〔2026〕2号")
    confirm(page)
    expect(page.locator(".el-dialog:visible .secret")).to_be_visible()
    confirm(page)
    expect(page.locator("section[aria-label='人员']")).to_contain_text("张三")
    who.look("organisation-unit")
    who.phone("organisation-unit")
    desk.nothing_wrong(who)


def test_2_the_security_officer_appoints_him_and_cannot_change_the_tree(at_work):
    who = at_work("security340000")
    page = who.go("/organisation?unit=FX-YT")
    expect(page.locator("[data-act='add']")).to_have_count(0)
    page.locator("[data-act='appoint']").click()
    pick(page, "人员", "张三(fx-zhang)")
    pick(page, "岗位", "经办人")
    fill(page, 理由或文号="肥人〔2026〕3号")
    who.look("organisation-appoint", tab=False)
    confirm(page)
    expect(page.locator("section[aria-label='岗位']")).to_contain_text("经办人")
    desk.nothing_wrong(who)


def test_3_a_chief_gives_his_proxy_with_a_letter(at_work, tmp_path):
    letter = tmp_path / "委托书.pdf"
    letter.write_bytes(b"%PDF- letter")
    chief = at_work(f"chief{COUNTY}")
    page = chief.go("/proxies")
    page.locator("[data-act='give']").click()
    page.locator("[data-confirm]").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    chief.look("proxy-missing", tab=False)
    pick(page, "代理人", "肥西县经办人")
    page.get_by_label("结束日期").fill(page.get_by_label("开始日期").input_value())
    page.get_by_label("结束日期").press("Enter")
    page.get_by_label("委托事由").fill("外出开会")
    page.get_by_label("委托书", exact=True).set_input_files(str(letter))
    page.locator("[data-confirm]").click()
    expect(page.get_by_role("table", name="委托")).to_contain_text("生效中")
    chief.look("proxy-standing")
    clerk = at_work(f"clerk{COUNTY}")
    expect(clerk.go("/proxies").get_by_role("table", name="委托")).to_contain_text("肥西县负责人")
    desk.nothing_wrong(chief, clerk)


def test_4_the_security_officer_takes_the_appointment_back_before_its_first_day(at_work):
    who = at_work("security340000")
    page = who.go("/organisation?unit=FX-YT")
    page.get_by_role("button", name="免去张三的经办人").click()
    last = (date.fromisoformat(page.get_by_label("最后任职日期").input_value()) - timedelta(days=1)).isoformat()
    page.get_by_label("最后任职日期").fill(last)
    page.get_by_label("最后任职日期").press("Enter")
    fill(page, 理由或文号="肥人〔2026〕4号")
    who.look("organisation-end", tab=False)
    confirm(page)
    expect(page.locator(".el-dialog:visible")).to_have_count(0)
    expect(page.locator("section[aria-label='岗位']")).not_to_contain_text("张三")
    desk.nothing_wrong(who)
