"""Letters of a case at the desk: another organ is asked and answers, the decision is served, the figures count it all."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk, story

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
CITY = "340100"


@pytest.fixture(scope="module")
def accepted(sign_in, sealed) -> str:
    """The page of a county's own case that its clerk has accepted and its chief is to decide."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary(), PAPERS, project_level="county")
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "letters"})
    case = story.case_of(clerk, sent["no"])
    story.act(clerk, case["id"], "agree")
    return f"/cases/{case['id']}"


def write_day(dialog, label: str, day: str) -> None:
    box = dialog.get_by_label(label).last
    box.fill(day)
    box.press("Enter")


def test_1_the_clerk_asks_the_city_and_the_city_answers(at_work, accepted):
    clerk, city = at_work(f"clerk{COUNTY}"), at_work(f"review{CITY}")
    page = clerk.go(accepted)
    page.locator("[data-action='consultation.ask']").click()
    dialog = page.locator(".el-dialog:visible")
    desk.choose(clerk, "机关", "合肥市自然资源和规划局")
    dialog.get_by_label("所征求的问题").fill("本选址是否符合市级规划?")
    write_day(dialog, "答复期限", (date.today() + timedelta(days=9)).isoformat())
    clerk.look("letters-ask", tab=False)
    desk.confirm(clerk)
    expect(page.get_by_role("region", name="征求意见")).to_contain_text("待答复")
    clerk.look("letters-asked")
    page = city.go("/consultations")
    page.locator("tbody tr", has_text="肥西县").first.click()
    city.look("letters-in")
    page.locator("[data-action='consultation.answer']").click()
    dialog = page.locator(".el-dialog:visible")
    dialog.get_by_text("同意", exact=True).first.click()
    dialog.get_by_label("答复内容").fill("符合规划,同意。")
    city.look("letters-answer", tab=False)
    desk.confirm(city)
    expect(page.get_by_role("region", name="所选的征求意见")).to_contain_text("符合规划")
    page = clerk.go(accepted)
    expect(page.get_by_role("region", name="征求意见")).to_contain_text("符合规划,同意。")
    clerk.phone("letters-asked")
    desk.nothing_wrong(clerk, city)


def test_2_the_decision_is_served_with_its_proof(at_work, sign_in, accepted):
    clerk = at_work(f"clerk{COUNTY}")
    number = accepted.rsplit("/", 1)[-1]
    story.act(sign_in(f"chief{COUNTY}"), number, "agree")
    page = clerk.go(accepted)
    panel = page.get_by_role("region", name="送达")
    for _ in range(60):
        if panel.count():
            break
        page.wait_for_timeout(500)
        page.reload()
        page.wait_for_load_state("networkidle")
    expect(panel).to_contain_text("待送达")
    panel.locator("[data-action='case.serve']").first.click()
    dialog = page.locator(".el-dialog:visible")
    dialog.locator("[data-confirm]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    clerk.faults = [fault for fault in clerk.faults if "422" not in fault]  # the browser tells the refusal too
    now = "new Date(Date.now() + 8 * 3600e3 - 1000).toISOString().slice(0, 16).replace('T', ' ')"  # in Shanghai
    write_day(dialog, "时间", page.evaluate(now))
    dialog.get_by_label("签收人").fill("王磊")
    slip = {"name": "送达回证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    dialog.get_by_label("送达凭证").set_input_files(slip)
    clerk.look("letters-serve", tab=False)
    desk.confirm(clerk)
    expect(panel).to_contain_text("已送达")
    clerk.look("letters-served")
    desk.nothing_wrong(clerk)


@pytest.mark.parametrize("address", ["/cases/supervision", "/cases/quality", "/calendar", "/cases?asks=service"])
def test_3_figures_and_calendar_can_be_read_and_worked_by_everybody(at_work, accepted, address):
    chief = at_work(f"chief{COUNTY}")
    chief.go(address)
    name = "letters" + "".join(c if c.isalnum() else "-" for c in address)
    chief.look(name)
    chief.phone(name)
    desk.nothing_wrong(chief)
