"""策略动用 at the desk: a clerk who has to be avoided says so, and supervision reads where his task went."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")


def test_an_avoidance_is_read_by_the_county_and_by_the_province(at_work, sign_in, sealed):
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary(), PAPERS, project_level="county")
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "policies"})
    number = story.case_of(clerk, sent["no"])["id"]
    at_desk, chief = at_work(f"clerk{COUNTY}"), at_work("chief340000")
    at_desk.go(f"/cases/{number}")
    desk.begin(at_desk, "avoid", "申请人是本人近亲属")
    desk.confirm(at_desk)
    for who in (at_desk, chief):
        page = who.go("/cases/policies")
        row = page.get_by_role("table", name="策略动用").locator("tbody tr", has_text="申请人是本人近亲属")
        expect(row).to_contain_text("回避")
        expect(row).to_contain_text("停住报警")
        who.look("policies")
    chief.phone("policies")
    row.click()
    page.wait_for_url(f"**/cases/{number}*")
    page = chief.go("/cases/policies?policy=nobody_found")
    expect(page.get_by_text("没有动用人员策略的案件")).to_be_visible()
    chief.look("policies-none")
    page.locator("[data-tab=figures]").click()
    table = page.get_by_role("region", name="策略动用统计表")
    county = table.get_by_role("button", name="肥西县回避 1 次")
    expect(county).to_be_visible()
    expect(table.locator("tbody tr").last).to_contain_text("合计")
    chief.look("policies-figures")
    chief.phone("policies-figures")
    county.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="策略动用").locator("tbody tr")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("table", name="策略动用").locator("tbody tr"), "the address holds what was asked").to_have_count(1)
    with page.expect_download() as book:
        page.get_by_role("link", name="导出 Excel").click()
    assert Path(book.value.path()).read_bytes()[:2] == b"PK"
    assert book.value.suggested_filename.endswith(".xlsx")
    desk.nothing_wrong(at_desk, chief)
