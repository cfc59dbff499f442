"""One record filed from the form, corrected once, and its receipt proved; a feed refused that may not be read."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk

pytestmark = [pytest.mark.story, pytest.mark.browser]
RECORD = {
    "OBJECTID": "1", "XMKJM": f"{COUNTY}26XM009", "YSXZID": "YSXZ-2026-009", "YSDM": "3001", "DZJGH": "DZ009",
    "ZSBH": "用字第340123202600009号", "HFJG": "肥西县自然资源和规划局", "HFRQ": "2026-03-01", "SQDW": "某公司",
    "JSGM": "道路 2.1 公里", "XMMC": "产业园道路", "XMNXWZ": "上派镇", "XMJSYJ": "皖发改1号", "NYDMJ": "6",
    "REGIONCODE": COUNTY,
}  # fmt: skip
CORNERS = "117.0500,31.6500\n117.0505,31.6500\n117.0505,31.6505\n117.0500,31.6505"


@pytest.fixture(scope="module")
def filed(at_work):
    """The officer at the page of the record that he filed."""
    who = at_work(f"data{COUNTY}")
    page = who.go("/filings/new")
    for name, value in RECORD.items():
        page.locator(f"#field-{name} input").first.fill(value)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="提交备案").click()
    missing = page.get_by_role("alert").filter(has_text="用地面积")
    expect(missing).to_contain_text("生效日期")
    missing.get_by_role("button", name=re.compile("用地面积")).click()
    page.keyboard.type("0.2644")
    page.get_by_label("粘贴界址点或坐标").fill(CORNERS)
    page.get_by_role("button", name="按文字读取").click()
    page.get_by_label("生效日期").fill("2026-03-01")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 个部分")).to_be_visible()
    who.look("filing-filled", tab=False)
    page.get_by_role("button", name="提交备案").click()
    page.wait_for_url(re.compile(r"/deliveries/\d+"))
    return who


def test_a_record_is_filed_from_the_form_and_stands_in_the_list(filed):
    page = filed.page
    expect(page.get_by_text("已入库").first).to_be_visible()
    filed.look("filing-done")
    number = page.locator("h1 .mono").inner_text()
    filed.go("/filings")
    expect(page.locator("tbody tr", has_text=number)).to_contain_text("已入库")
    desk.nothing_wrong(filed)


def test_its_receipt_is_proved_genuine_and_one_changed_letter_is_found(filed):
    page = filed.page
    filed.go("/filings")
    page.locator("tbody tr").first.click()
    page.locator("[data-tab=overview]").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载(带签名)").first.click()
    text = saved.value.path().read_text(encoding="utf-8")
    filed.go("/receipts")
    page.get_by_label("回执文件").set_input_files(saved.value.path())
    result = page.get_by_role("region", name="核验结果")
    expect(result).to_contain_text("确由所写节点签发")
    expect(result.get_by_role("link")).to_have_text(json.loads(text)["delivery"])
    filed.look("receipt-genuine", tab=False)
    page.get_by_label("回执内容").fill(text.replace("2026", "2025", 1))
    page.get_by_role("button", name="核验回执").click()
    expect(result).to_contain_text("不要据此办理")
    filed.look("receipt-altered", tab=False)
    desk.nothing_wrong(filed)


def test_a_feed_from_a_place_that_may_not_be_read_is_refused_where_it_is_typed(at_work):
    who = at_work("data340000")
    page = who.go("/feeds")
    page.get_by_role("button", name="登记接入").click()
    form = page.get_by_role("form", name="登记接入")
    form.get_by_label("地址").fill("http://10.0.0.1/lines.zip")
    desk.choose(who, "县(市、区)", "肥西县")
    form.get_by_role("button", name="登记接入").click()
    expect(form.get_by_role("alert")).to_contain_text("主机不在许可之列")
    who.look("feed-refused", tab=False)
    who.faults = [fault for fault in who.faults if "422" not in fault]  # the browser tells the refusal too
    desk.nothing_wrong(who)
