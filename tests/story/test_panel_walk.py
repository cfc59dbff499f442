"""专家抽取 at the desk: draw, replace, review, and the choice of who decides; the page says how anybody checks the draw.

The matter is a pack installed apart (tests/support/walk_pack); the library of experts is a division of the city, entered
and appointed by its officers, and its appointments end with the walk.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.story.conftest import COUNTY
from tests.support import desk, story, walk_pack
from tests.support.staying import Staying
from ziyuan.site.sample.client import Client

pytestmark = [pytest.mark.story, pytest.mark.browser]
PAPERS = ("application", "basis", "farmland_proof", "redline_proof")
CLERK, CITY, CHIEF = f"clerk{COUNTY}", "review340100", "chief340100"
LIBRARY, SPECIALITY = "HF-ZJ", "土地评审"
EXPERTS = {f"expert{at}": name for at, name in enumerate(("程一鸣", "方晓岚", "韩立群", "陆文博", "沈若溪"), start=1)}
PROJECT = "巢湖北岸湿地公园"


@pytest.fixture(scope="module")
def library(nodes, sign_in, sealed) -> Iterator[dict[str, Client]]:
    """The city's experts by name, in post until the walk is over; its reviewer is one of them."""
    system, security = sign_in("system340000"), sign_in("security340000")
    told = {"since": dt.date.today().isoformat(), "reason": "入库通知"}
    system.post("/api/units", {"code": LIBRARY, "name": "专家库", "parent": "ZR340100", **told})
    made = [system.post("/api/people", {"user": user, "name": name, "unit": LIBRARY, **told}) for user, name in EXPERTS.items()]
    own = security.get("/api/units/ZR340100/staff", q=CITY)["items"]
    for one in (*made, *own):
        place = {"unit": LIBRARY, "role": "data_reviewer", "title": SPECIALITY, **told}
        security.post("/api/posts", {"person": one["id"], **place})
    yield {one["name"]: Staying(nodes.url("inner"), one["user"], one["password"]) for one in made}
    over = {"until": (dt.date.today() - dt.timedelta(days=1)).isoformat(), "reason": "评审结束", "hand_on": True}
    for post in security.get(f"/api/units/{LIBRARY}")["posts"]:
        security.post(f"/api/posts/{post['id']}/end", over)


@pytest.fixture(scope="module")
def case(sign_in, library) -> dict[str, Any]:
    """A case that its county has accepted and the city is to have reviewed by experts."""
    company, clerk = sign_in("company"), sign_in(CLERK)
    told = {"project_level": "city", "project_name": PROJECT}
    draft = story.prepare(company, story.boundary(), PAPERS, matter=walk_pack.DRAWN.key, **told)
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "panel"})
    number = story.case_of(clerk, sent["no"])["id"]
    story.act(clerk, number, "agree", opinion="材料齐全,予以受理。")
    return {"id": number, "page": f"/cases/{number}"}


def panel_of(who) -> Locator:
    return who.page.get_by_role("region", name="评审专家", exact=True)


def members(who) -> list[str]:
    """Names of the panel on the page, in their order."""
    expect(panel_of(who)).to_be_visible()
    return panel_of(who).locator("tbody tr td:nth-child(2)").all_inner_texts()


def test_0_the_matter_passes_the_publishing_gate(nodes):
    told = nodes.manage("inner", "pack", "check", walk_pack.DRAWN.pack)
    assert told.returncode == 0, told.stdout + told.stderr


def test_1_the_reviewer_draws_and_the_page_says_from_whom_and_how(at_work, case):
    city = at_work(CITY)
    page = city.go(case["page"])
    expect(page.locator("#act")).to_contain_text("还没有抽取“评审专家”")
    expect(panel_of(city)).to_have_count(0)
    city.look("panel-undrawn")
    desk.begin(city, "draw", "")
    dialog = page.locator(".el-dialog:visible")
    expect(dialog).to_contain_text("从 5 人中抽取 3 人。不参加抽取:合肥市审核人(在本件中办理)")
    expect(dialog).to_contain_text("不能重抽")
    city.look("panel-draw", tab=False)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel_of(city), "nothing is drawn by closing").to_have_count(0)
    desk.begin(city, "draw", "")
    desk.confirm(city)
    drawn = members(city)
    assert len(drawn) == 3 and set(drawn) <= set(EXPERTS.values())
    expect(panel_of(city)).to_contain_text("从 5 人中抽取 3 人")
    expect(panel_of(city)).to_contain_text("合肥市审核人(在本件中办理)")
    panel_of(city).scroll_into_view_if_needed()
    city.look("panel-drawn")
    city.phone("panel-drawn")
    desk.nothing_wrong(city)


def test_2_who_cannot_come_gives_way_to_the_next_with_a_reason(at_work, case):
    city = at_work(CITY)
    page = city.go(case["page"])
    before = members(city)
    desk.begin(city, "replace_drawn", "")
    expect(page.locator("#act").get_by_role("alert")).to_contain_text("请先写明意见")
    desk.begin(city, "replace_drawn", "电话确认,本人出差不能参加。")
    city.look("panel-replace", tab=False)
    page.locator("[data-confirm]").click()
    expect(page.locator(".el-dialog:visible").get_by_role("alert")).to_contain_text("请选择不参加的专家")
    city.look("panel-replace-missing", tab=False)
    desk.choose(city, "不参加的专家", before[1])
    desk.confirm(city)
    expect(panel_of(city)).to_contain_text(f"{before[1]} 不参加,由")
    after = members(city)
    assert [after[0], after[2]] == [before[0], before[2]] and after[1] not in before
    expect(panel_of(city)).to_contain_text("电话确认,本人出差不能参加。")
    panel_of(city).scroll_into_view_if_needed()
    city.look("panel-replaced")
    page.locator("[data-tab=log]").click()
    expect(page.locator(".log tbody tr").last).to_contain_text("更换专家")
    city.look("panel-log")
    desk.nothing_wrong(city)


def test_3_the_experts_sit_and_the_reviewer_chooses_who_decides(at_work, sign_in, library, case):
    city, chief = at_work(CITY), at_work(CHIEF)
    page = city.go(case["page"])
    desk.act(city, "agree", "专家组已确认,请评审。")
    seated = [t["holder"] for t in sign_in(CITY).get(f"/api{case['page']}")["tasks"] if t["node"] == "panel"]
    assert seated == members(city)
    for name in seated[:2]:
        story.act(library[name], case["id"], "agree", opinion="选址合理,同意。")
    city.go(case["page"])
    desk.begin(city, "agree", "三位专家中两位同意,建议批准。")
    dialog = page.locator(".el-dialog:visible")
    expect(dialog).to_contain_text("“市级决定”的办理人")
    page.locator("[data-confirm]").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请选择“市级决定”的办理人")
    box = dialog.get_by_role("combobox")
    box.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".el-select-dropdown__item:visible")).to_have_count(2)
    city.look("panel-chosen-open", tab=False)
    page.keyboard.press("Escape")
    desk.choose(city, "“市级决定”的办理人", "合肥市负责人")
    city.look("panel-chosen", tab=False)
    desk.confirm(city)
    expect(page.locator(".case__head")).to_contain_text("在市级决定(合肥市负责人)")
    chief.go(case["page"])
    desk.act(chief, "agree", "同意。")
    expect(chief.page.locator(".case__head")).to_contain_text("已批准")
    expect(panel_of(chief), "the panel stays on the page of a decided case").to_be_visible()
    chief.look("panel-decided")
    desk.nothing_wrong(city, chief)
