"""The screens that no walk passes, looked at as people open them: labels, focus, width, and what axe-core finds."""

import pytest

from tests.story.conftest import COUNTY
from tests.support import browsing, desk

pytestmark = [pytest.mark.story, pytest.mark.browser]
OFFICER = (
    "/filings", "/chains", "/duty", "/catalogue", "/catalogue/tdt1057@2020~DLTB", f"/lineage?of=tdt1057@2020/DLTB:{COUNTY}",
    "/control-areas", "/disputes", f"/search?q={COUNTY}", f"/map?panel=query&known=2026-01-01T00:00:00&county={COUNTY}",
)  # fmt: skip
PUBLIC = ("/", "/query/", "/verify/", "/login/")
FAULTY = """<!doctype html><html lang="zh-CN"><head><title>页</title></head><body><main><h1>页</h1>
<p style="color:#bbb;background:#fff">看不清的字</p><input type="text"><img src="data:,"></main></body></html>"""


@pytest.mark.parametrize("address", OFFICER)
def test_a_screen_can_be_read_and_worked_by_everybody(at_work, sealed, address):
    who = at_work(f"data{COUNTY}")
    who.go(address)
    who.look("screen" + "".join(c if c.isalnum() else "-" for c in address))
    desk.nothing_wrong(who)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_can_be_read_and_worked_by_everybody(opened, nodes, address):
    who = browsing.person(opened, nodes.url("outer"))
    who.go(address)
    who.look("public" + address.replace("/", "-"), tab=False)
    desk.nothing_wrong(who)


def test_what_few_can_read_is_found(opened, nodes):
    page = browsing.person(opened, nodes.url("outer")).page
    page.set_content(FAULTY)
    found = " ".join(browsing.axe_faults(page))
    assert all(rule in found for rule in ("color-contrast", "label", "image-alt")), found


def test_an_address_that_is_nowhere_has_a_heading_on_both_sides(at_work, opened, nodes):
    inside, outside = at_work(f"data{COUNTY}"), browsing.person(opened, nodes.url("outer"))
    inside.go("/nowhere")
    inside.look("screen-nowhere")
    for who, words in ((inside, "没有这一页"), (outside, "没有找到")):
        page = who.go("/index.html" if who is outside else "/nowhere")
        assert page.locator("h1").inner_text() == words
        assert who is inside or "智慧资源工作台" not in page.title()
    desk.nothing_wrong(inside)
