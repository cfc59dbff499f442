"""The officer's day in a browser: upload, findings, map, an exception asked and approved, accepted, and the bulletin."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk
from tests.support.browsing import Person
from ziyuan.site.sample import deliver

pytestmark = [pytest.mark.story, pytest.mark.browser]
MISNAMED = "UPDATE DLTB SET DLMC = '水浇地' WHERE fid = (SELECT min(fid) FROM DLTB WHERE DLMC = '水田')"
RULE = "DLTB-DLMC-name_of"
PROOF = {"name": "地类认定意见.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


@pytest.fixture(scope="module")
def misnamed(sealed, packages, sign_in, tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """The lawful package of the last year with one patch that bears another class's name, and the year.

    After the day the lawful package is delivered again: other tests stand on the year as it was generated.
    """
    year = max(sealed)
    lawful = packages / f"{COUNTY}-{year}.zip"
    yield desk.with_one_fault(lawful, tmp_path_factory.mktemp("misnamed"), MISNAMED), year
    again = deliver.deliver(sign_in(f"data{COUNTY}"), lawful, COUNTY, year)
    deliver.checked(sign_in(f"data{COUNTY}"), again["id"])
    deliver.accept(sign_in("data340000"), again["id"])


@pytest.fixture(scope="module")
def returned(at_work, misnamed) -> tuple[Person, str]:
    """The officer at the page of the delivery that the check returned, and its address."""
    who = at_work(f"data{COUNTY}")
    desk.upload(who, *misnamed)
    expect(who.page.get_by_text("已退回").first).to_be_visible(timeout=90_000)
    return who, who.page.url.removeprefix(who.url).split("?")[0]


@pytest.fixture(scope="module")
def asked(returned) -> str:
    """Number of the exception that the officer asked for, from the finding on the map."""
    who, _ = returned
    page = who.page
    page.get_by_role("button", name=re.compile("属性逻辑")).click()
    page.locator(f"[data-rule={RULE}]").click()
    page.get_by_label("选择问题").first.check()
    page.get_by_role("button", name="申请例外").first.click()
    dialog = page.locator(".el-dialog:visible")
    dialog.locator("[data-confirm]").click()
    expect(dialog.get_by_role("alert")).to_have_count(3)
    who.look("exception-missing", tab=False)
    dialog.get_by_label("理由").fill("该图斑已改种水浇地,县级认定意见附后,待下一年度变更。")
    dialog.get_by_label("有效期至").fill("2027-12-31")
    page.keyboard.press("Enter")
    dialog.get_by_label("证明材料").set_input_files(PROOF)
    dialog.locator("[data-confirm]").click()
    said = page.get_by_text("已提出例外申请")
    expect(said).to_be_visible()
    return re.search(r"LW-[\d-]+", said.inner_text()).group()


def test_1_one_finding_is_shown_with_its_place_and_what_to_do(returned):
    who, _ = returned
    page = who.page
    row = page.locator("table tbody tr", has_text="错误")
    expect(row).to_have_count(1)
    before = page.locator(".map__ground").screenshot()
    with page.expect_response(lambda r: "preview.geojson" in r.url):
        row.click()
    page.wait_for_timeout(1200)
    assert page.locator(".map__ground").screenshot() != before, "the map went to the finding"
    detail = page.get_by_role("region", name="问题详情")
    expect(detail).to_contain_text("应为“水田”")
    expect(detail).to_contain_text("处理")
    who.look("officer-finding")
    desk.nothing_wrong(who)


def test_2_the_officer_asks_an_exception_and_sees_it_wait(returned, asked):
    who, _ = returned
    expect(who.page.get_by_text("例外待批").first).to_be_visible()
    page = who.go("/exceptions")
    page.locator("tbody tr", has_text=asked).click()
    expect(page.locator("[data-action=withdraw]")).to_be_visible()
    assert page.locator("[data-action=approve]").count() == 0, "nobody approves his own request"
    who.look("exceptions-mine")
    desk.nothing_wrong(who)


def test_3_the_city_sends_it_back_in_its_case_and_the_officer_supplements_it(at_work, returned, asked):
    officer, _ = returned
    city = at_work("data340100")
    page = city.go("/tasks")
    expect(page.locator("tbody tr", has_text="市级决定例外").filter(has_text=asked)).to_be_visible()
    city.look("exception-inbox")
    page = city.go("/exceptions")
    page.locator("tbody tr", has_text=asked).click()
    detail = page.locator("aside")
    expect(detail).to_contain_text("省级决定例外(安徽省")
    detail.get_by_role("link", name=re.compile("ZJLW")).click()
    page.wait_for_url(re.compile(r"/cases/\d+"))
    city.look("exception-case")
    desk.act(city, "return", "请附乡镇意见。")
    page = officer.go("/exceptions")
    page.locator("tbody tr", has_text=asked).click()
    expect(page.locator("aside").get_by_text("退回补充").first).to_be_visible()
    officer.look("exception-returned")
    page.get_by_role("button", name="补充后重新提交").click()
    dialog = page.locator(".el-dialog:visible")
    expect(dialog).to_contain_text("请附乡镇意见。")
    dialog.get_by_label("理由").fill("该图斑已改种水浇地,县级认定意见和乡镇意见附后,待下一年度变更。")
    dialog.get_by_label("证明材料").set_input_files(PROOF)
    officer.look("exception-supplement", tab=False)
    dialog.locator("[data-confirm]").click()
    expect(page.locator("aside").get_by_text("待批准").first).to_be_visible()
    expect(page.locator("aside")).to_contain_text("市级决定例外(合肥市")
    desk.nothing_wrong(officer, city)


def test_4_the_city_approves_and_the_delivery_goes_to_review(at_work, returned, asked):
    officer, address = returned
    city = at_work("data340100")
    page = city.go("/exceptions")
    page.locator("tbody tr", has_text=asked).click()
    city.look("exceptions-city")
    city.phone("exceptions-city")
    desk.act(city, "approve", "情况属实,同意列入例外。")
    expect(page.locator("aside").get_by_text("已批准").first).to_be_visible()
    officer.go(address)
    expect(officer.page.get_by_text("待审核").first).to_be_visible()
    expect(officer.page.get_by_text("已列入例外").first).to_be_visible()
    desk.nothing_wrong(officer, city)


def test_5_the_province_accepts_and_the_edition_stands_on_the_map(at_work, returned, asked):
    _, address = returned
    province = at_work("data340000")
    page = province.go(address)
    desk.act(province, "accept")
    expect(page.get_by_text("已入库").first).to_be_visible()
    page.locator("[data-tab=overview]").click()
    province.look("officer-sealed")
    page.locator("tr", has_text="地类图斑").get_by_role("link").click()
    page.wait_for_url(re.compile("panel=editions"))
    expect(page.get_by_role("article").first).to_contain_text("现行")
    page.get_by_role("button", name="核验摘要").first.click()
    expect(page.get_by_text("核验一致").first).to_be_visible()
    province.look("map-editions", tab=False)
    desk.nothing_wrong(province)


def test_6_the_bulletin_is_made_reviewed_signed_and_published(at_work, returned, asked):
    officer, _ = returned
    maker, chief = at_work("data340000"), at_work("chief340000")
    page = maker.go("/bulletins")
    page.get_by_role("combobox", name="月份").fill(f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="编制通报").click()
    page.wait_for_url(re.compile(r"/bulletins/\d+"))
    address = page.url.removeprefix(maker.url)
    delivered = page.locator("tr", has_text="肥西县").last.locator("td").nth(3)
    expect(delivered).to_have_text(re.compile("[1-9]"))
    expect(page.get_by_role("button", name="审核")).to_be_disabled()
    expect(page.get_by_text(re.compile("审核通报\\(安徽省"))).to_be_visible()
    maker.look("bulletin-draft")
    chief.go(address)
    step(chief, "审核")
    step(chief, "签发")
    chief.look("bulletin-signed")
    maker.go(address)
    step(maker, "发布")
    maker.look("bulletin-published")
    page = officer.go("/bulletins")
    page.locator(f"a[href='{address}']").click()
    step(officer, "签收")
    officer.look("bulletin-county")
    desk.nothing_wrong(officer, maker, chief)


def step(who: Person, words: str) -> None:
    """One act on the bulletin, and the page that says it is done."""
    who.page.get_by_role("button", name=re.compile(words)).first.click()
    expect(who.page.get_by_text(re.compile(f"已.*{words}")).first).to_be_visible()
    who.page.wait_for_load_state("networkidle")
