"""An applicant with script draws his site on the public page; the server shows what it understood before it takes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import browsing, desk
from tests.support.browsing import Person
from tests.support.database import ROOT

pytestmark = [pytest.mark.story, pytest.mark.browser]
SQUARE = ("39509000,3507000", "39509200,3507000", "39509200,3507200", "39509000,3507200")
HOLE = ("39509050,3507050", "39509100,3507050", "39509100,3507100")


@pytest.fixture(scope="module")
def drawer(nodes) -> Iterator[Person]:
    """The second company, on the page 用地范围 of a new application."""
    if not (ROOT / "web" / "dist" / "assets" / "draw.js").is_file():
        pytest.fail("绘图脚本尚未构建:请用 ./ziyuan test 运行,或在 web/ 中运行 npm run build。")
    account = next(a for a in nodes.accounts() if a["user"] == "company2")
    with browsing.browser() as opened:
        who = browsing.person(opened, nodes.url("outer"))
        desk.apply(who, "company2", account["password"])
        page = who.go("/matters/use_control/site_review/")
        page.get_by_role("button", name="开始申报").click()
        page.get_by_role("link", name="2 用地范围").click()
        expect(page.locator(".draw-said")).to_have_text("还没有画出范围。")
        yield who


def ring(page, corners: list[tuple[int, int]]) -> None:
    """Click a ring around the middle of the map, closing it by a double click."""
    page.locator(".draw-map").scroll_into_view_if_needed()
    box = page.locator(".draw-map").bounding_box()
    places = [(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy) for dx, dy in corners]
    for place in places[:-1]:
        page.mouse.click(*place)
        page.wait_for_timeout(350)  # two quick clicks would be a double click
    page.mouse.dblclick(*places[-1])


def test_a_ring_is_drawn_and_a_ring_inside_it_becomes_its_hole(drawer):
    page = drawer.page
    page.get_by_label("到县(市、区)").select_option("340123")
    page.wait_for_timeout(500)
    ring(page, [(-60, -60), (60, -60), (60, 60), (-60, 60)])
    expect(page.locator(".draw-said")).to_contain_text("1 个地块,4 个顶点")
    page.wait_for_timeout(400)
    ring(page, [(-15, -15), (15, -15), (0, 15)])
    expect(page.locator(".draw-said")).to_contain_text("已作为孔洞。1 个地块,7 个顶点")
    drawer.look("public-draw", tab=False)
    drawer.phone("public-draw")


def test_a_wrong_line_is_named_and_the_drawing_stays(drawer):
    page = drawer.page
    page.get_by_text("按坐标输入或修改").click()
    page.get_by_label("顶点").fill("\n".join([*SQUARE, "三五零七"]))
    page.get_by_role("button", name="按坐标画出").click()
    expect(page.locator(".draw-said")).to_contain_text("第 5 行")


def test_typed_points_are_read_shown_and_only_then_taken(drawer):
    page = drawer.page
    page.get_by_label("顶点").fill("\n".join([*SQUARE, "", *HOLE]))
    page.get_by_role("button", name="按坐标画出").click()
    expect(page.locator(".draw-said")).to_contain_text("7 个顶点")
    page.get_by_role("button", name="读取并显示所画范围").click()
    expect(page.get_by_role("heading", name="请核对后确认")).to_be_visible()
    facts = page.locator("dl.facts").inner_text()
    assert "图上绘制" in facts and "肥西县" in facts
    assert "3.8750 公顷" in facts, "200 m × 200 m less half of 50 m × 50 m"
    expect(page.locator(".draw-said")).to_contain_text("7 个顶点")
    drawer.look("public-drawn", tab=False)
    with page.expect_download() as text:
        page.get_by_role("link", name="下载这份界址点(TXT)").click()
    written = Path(text.value.path()).read_bytes().decode("gb18030")
    assert "J1,1,3507000.000,39509000.000" in written
    page.get_by_role("button", name="位置、带号、面积无误,确认用地范围").click()
    expect(page.get_by_role("link", name="3 上传材料")).to_have_attribute("aria-current", "step")
    assert drawer.faults == []
