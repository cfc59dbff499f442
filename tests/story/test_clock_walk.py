"""The clock of a case at the desk: stopped and let run by the clerk, extended by two persons, counted for the chief."""

import re

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")


@pytest.fixture(scope="module")
def accepted(sign_in, sealed) -> str:
    """The page of a county's own case that its clerk has accepted and its chief is to decide."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary(), PAPERS, project_level="county")
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "clock"})
    case = story.case_of(clerk, sent["no"])
    story.act(clerk, case["id"], "agree")
    return f"/cases/{case['id']}"


def test_1_the_clerk_stops_the_clock_by_law_and_lets_it_run_again(at_work, accepted):
    clerk = at_work(f"clerk{COUNTY}")
    page = clerk.go(accepted)
    panel = page.get_by_role("region", name="时限")
    panel.locator("[data-action='case.stop_clock']").click()
    dialog = page.locator(".el-dialog:visible")
    desk.choose(clerk, "种类", "专家评审")
    dialog.locator("[data-confirm]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    clerk.look("clock-reason-missing", tab=False)
    clerk.faults = [fault for fault in clerk.faults if "422" not in fault]  # the browser tells the refusal too
    dialog.get_by_label("理由").fill("组织专家评审节约集约用地论证")
    desk.confirm(clerk)
    expect(panel).to_contain_text("专家评审")
    clerk.look("clock-stopped")
    panel.locator("[data-action='case.resume_clock']").click()
    desk.confirm(clerk)
    expect(panel.locator("[data-action='case.resume_clock']")).to_have_count(0)
    desk.nothing_wrong(clerk)


def test_2_an_extension_takes_the_clerk_and_the_head_of_his_organ(at_work, accepted):
    clerk, chief = at_work(f"clerk{COUNTY}"), at_work(f"chief{COUNTY}")
    page = clerk.go(accepted)
    page.locator("[data-action='case.extend']").click()
    page.locator(".el-dialog:visible").get_by_label("理由").fill("案情复杂,需补充论证")
    desk.confirm(clerk)
    expect(page.locator("[data-action='case.extend']")).to_be_disabled()
    page = chief.go(accepted)
    page.locator("[data-action='case.approve_extension']").click()
    page.locator(".el-dialog:visible").get_by_label("意见").fill("同意延长")
    chief.look("clock-extension", tab=False)
    desk.confirm(chief)
    expect(page.get_by_role("region", name="时限")).to_contain_text(re.compile("批准"))
    chief.look("clock-extended")
    desk.nothing_wrong(clerk, chief)


def test_3_the_figures_of_the_limits_count_it(at_work, accepted):
    chief = at_work(f"chief{COUNTY}")
    page = chief.go("/cases/limits")
    row = page.locator("tbody tr", has_text="肥西县").first
    expect(row).to_be_visible()
    chief.look("clock-figures")
    chief.phone("clock-figures")
    desk.nothing_wrong(chief)
