"""The whole story in a browser, on both nodes, as each person walks it."""

import re
from functools import partial
from pathlib import Path

import pyproj
import pytest
from playwright.sync_api import expect
from shapely.geometry import shape

from tests.story.conftest import COUNTY
from tests.support import browsing, story
from tests.support.browsing import Person
from tests.support.desk import act, apply, choose, nothing_wrong, upload

pytestmark = [pytest.mark.story, pytest.mark.browser]
FORM = {
    "project_name": "肥西县产业园区道路工程",
    "project_code": "2026-340123-48-02",
    "basis_no": "皖发改〔2026〕2号",
    "project_location": "肥西县上派镇",
    "scale": "道路 2.1 公里",
    "investment": "8600",
    "declared_area": "6",
    "applicant_name": "江淮装备有限公司",
    "credit_code": "11100000MB03271699",
    "contact_name": "王明",
    "contact_phone": "13805510000",
}


@pytest.fixture(scope="module")
def company(opened, nodes) -> Person:
    """An applicant without script."""
    account = next(a for a in nodes.accounts() if a["user"] == "company")
    who = browsing.person(opened, nodes.url("outer"), java_script_enabled=False)
    who.signs_in = partial(apply, user="company", password=account["password"])
    who.signs_in(who)
    return who


def test_1_a_faulty_package_is_uploaded_and_its_findings_are_found_on_the_map(at_work, sealed, packages):
    who, year = at_work(f"data{COUNTY}"), min(sealed)
    upload(who, packages / f"{COUNTY}-{year}-faulty.zip", year)
    page = who.page
    expect(page.get_by_text("已退回").first).to_be_visible(timeout=90_000)
    rows = page.locator("table tbody tr")
    expect(rows.first).to_be_visible()
    reading = page.locator(".map__reading")
    expect(reading).to_be_visible()
    before = page.locator(".map__ground").screenshot()
    page.get_by_role("button", name=re.compile("拓扑")).click()
    page.locator("[data-rule=DLTB-T1]").click()
    row = page.locator("tbody tr", has_text="DLTB").filter(has_text="重叠").last
    expect(row).to_be_visible()
    with page.expect_response(lambda r: "preview.geojson" in r.url):
        row.click()
    page.wait_for_timeout(1500)
    assert page.locator(".map__ground").screenshot() != before, "the map went to the finding"
    who.picture("findings")
    who.look("findings")
    page.get_by_text("下载报告").click()
    with page.expect_download() as layer:
        page.get_by_role("link", name="错误图层 GPKG").click()
    assert Path(layer.value.path()).read_bytes()[:15] == b"SQLite format 3"
    answer = page.request.get(who.url + page.get_by_role("link", name="质检报告 PDF").get_attribute("href"))
    assert answer.body()[:5] == b"%PDF-"
    page.locator("[data-tab=rules]").click()
    who.look("findings-rules")
    nothing_wrong(who)


def test_2_the_repaired_package_passes_the_city_forwards_and_the_province_accepts(at_work, sealed, packages):
    officer, year = at_work(f"data{COUNTY}"), min(sealed)
    upload(officer, packages / f"{COUNTY}-{year}.zip", year)
    expect(officer.page.get_by_text("待审核").first).to_be_visible(timeout=90_000)
    officer.look("delivery-review")
    address = officer.page.url.removeprefix(officer.url).split("?")[0]
    city, province = at_work("data340100"), at_work("data340000")
    city.go(address)
    city.page.get_by_role("link", name=re.compile("审核案卷")).click()
    expect(city.page.locator(".flow__frame text")).to_have_text("逐级审核")
    expect(city.page.locator(".flow__node--now").filter(has_text="市级审核")).to_be_visible()
    city.picture("delivery-case")
    for tab in ("overview", "flow", "opinions", "log"):
        city.page.locator(f"[data-tab={tab}]").click()
        city.look(f"delivery-case-{tab}")
    city.go(address)
    act(city, "forward")
    page = province.go("/tasks")
    page.get_by_role("link", name=re.compile("县级国土调查成果")).first.click()
    expect(page.locator("[data-action=agree]")).to_have_text(re.compile("验收入库"))
    act(province, "agree")
    expect(page.get_by_text("验收入库").first).to_be_visible(timeout=60_000)
    province.go(address)
    expect(province.page.get_by_text("已入库").first).to_be_visible(timeout=60_000)
    province.look("delivery-sealed")
    province.page.locator("[data-tab=overview]").click()
    province.look("delivery-receipt")
    officer.go("/deliveries")
    officer.look("deliveries")
    nothing_wrong(officer, city, province)


def test_3_the_map_the_statistics_the_changes_and_the_flow_show_it(at_work, sealed):
    who = at_work(f"data{COUNTY}")
    page = who.go("/map")
    page.get_by_text("地类图斑").first.wait_for()
    page.wait_for_timeout(2500)
    box = page.locator(".map__ground").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)
    who.picture("map")
    who.look("map", tab=False)
    first = min(sealed)
    page.get_by_role("button", name=f"{first}-12-31").click()
    page.wait_for_timeout(800)
    page.locator(".bench__side [role=tab]").last.click()
    page.get_by_role("button", name="比较两个时点").click()
    expect(page.locator(".bench__side tbody tr").first).to_be_visible()
    who.look("map-changes", tab=False)
    page = who.go("/statistics")
    expect(page.locator("table tbody tr").first).to_be_visible()
    who.picture("statistics")
    who.look("statistics")
    page.locator("[data-tab=flow]").click()
    expect(page.get_by_text("闭合").first).to_be_visible()
    who.look("flow")
    nothing_wrong(who)


@pytest.fixture(scope="module")
def place(sign_in, sealed) -> tuple[float, float]:
    """South-west corner (zone 39, metres) of a site that takes a part of a patch of permanent basic farmland."""
    found = sign_in(f"clerk{COUNTY}").get("/api/layers/control_lines@2021~YJJBNTTB/features", county=COUNTY, limit=40)
    corners = [shape(feature["geometry"]).geoms[0].exterior.coords[0] for feature in found["features"]]
    middle = sorted(corners)[len(corners) // 2]
    east, north = pyproj.Transformer.from_crs(4490, 4527, always_xy=True).transform(*middle)
    return round(east) - 150, round(north) - 100


@pytest.fixture(scope="module")
def applied(company, place) -> dict[str, str]:
    """The application, filled in and submitted without script."""
    page = company.go("/")
    company.look("public-site", tab=False)
    page.get_by_role("link", name=re.compile("看指南.*:建设项目用地预审与选址$")).click()
    company.look("public-guide", tab=False)
    page.get_by_role("button", name=re.compile("申报")).first.click()
    page.locator("button[type=submit]", has_text="保存并继续").click()
    assert page.get_by_text("处需要改正").count() == 1, "mistakes are named field by field"
    company.look("public-faults", tab=False)
    for name, value in FORM.items():
        page.locator(f"[name={name}]").fill(value)
    for chosen in page.locator("main select").all():
        chosen.select_option(index=1)
    page.locator("select[name=project_level]").select_option(value="province")
    if page.locator("[name=land_use]").evaluate_all("e => e.map((x) => x.tagName)") != ["SELECT"]:
        page.locator("[name=land_use]").fill("公路用地")
    page.locator("button[type=submit]", has_text="保存并继续").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "界址点.txt", "mimeType": "text/plain", "buffer": story.boundary(*place)}
    )
    page.get_by_role("button", name="读取并显示").click()
    assert page.locator("main svg").count() >= 1, "the server draws the map"
    company.look("public-confirm", tab=False)
    company.picture("public-site")
    page.get_by_role("button", name=re.compile("确认用地范围")).click()
    for kind in ("application", "basis"):
        hand_in(company, kind)
    company.look("public-papers", tab=False)
    page.get_by_role("link", name=re.compile("下一步")).click()
    company.look("public-submit", tab=False)
    page.get_by_role("button", name="提交申报").click()
    told = {"no": page.locator("#number").inner_text(), "code": page.locator("#query-code").inner_text()}
    company.look("public-submitted", tab=False)
    page.get_by_role("link", name="查看申报").click()
    told["address"] = page.url.removeprefix(company.url)
    return told


def hand_in(who: Person, kind: str) -> None:
    row = who.page.locator(f"#p-{kind}")
    row.locator("input[type=file]").set_input_files(
        {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": story.PDF + kind.encode()}
    )
    row.locator("button[type=submit]").click()


def until(who: Person, path: str, text: str, seconds: int = 60) -> None:
    """Reload, as a person without script does, until the page says it."""
    for _ in range(seconds * 2):
        who.go(path)
        if who.page.get_by_text(text).count():
            return
        who.page.wait_for_timeout(500)
    raise AssertionError(f"{path} never said {text}: {who.page.locator('main').inner_text()[:500]}")


def test_4_a_company_applies_without_script_and_follows_by_number_and_code(company, applied):
    until(company, applied["address"], "已收件")
    company.look("public-application", tab=False)
    for _ in range(120):
        asked_by_number(company, applied)
        if company.page.get_by_text("已收件").count():
            break
        company.page.wait_for_timeout(500)  # the exchange is still on the way
    expect(company.page.get_by_text("已收件").first).to_be_visible()
    nothing_wrong(company)


def asked_by_number(company: Person, applied: dict[str, str]) -> None:
    page = company.go("/query/")
    for field, value in zip(page.locator("main input:not([type=hidden])").all(), (applied["no"], applied["code"]), strict=True):
        field.fill(value)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


@pytest.fixture(scope="module")
def returned(at_work, company, applied) -> str:
    """The clerk finds the case among his tasks, looks at it, asks for a correction; the company answers."""
    clerk = at_work(f"clerk{COUNTY}")
    page = clerk.go("/tasks")
    clerk.picture("inbox")
    clerk.look("inbox")
    clerk.phone("inbox")
    page.get_by_label("按编号、项目、申请人筛选").fill(FORM["project_name"])
    page.wait_for_timeout(600)
    with page.expect_response(lambda r: "/api/cases/" in r.url):
        page.get_by_role("table", name="待办").locator("tbody tr").last.click()
    page.wait_for_url(re.compile(r"/cases/\d+"))
    address = page.url.removeprefix(clerk.url).split("?")[0]
    clerk.look("case")
    clerk.phone("case")
    page.locator("[data-tab=screening]").click()
    expect(page.get_by_text("涉及", exact=True).first).to_be_visible()
    page.wait_for_timeout(1500)
    clerk.picture("case-screening")
    clerk.look("case-screening")
    page.locator("[data-tab=papers]").click()
    clerk.look("case-papers")
    page.locator("[data-action=correct]").click()
    dialog = page.locator(".el-dialog:visible")
    if not dialog.get_by_label("第 1 项的类别").count():
        dialog.get_by_role("button", name="增加一项").click()
    choose(clerk, "第 1 项的类别", "材料")
    choose(clerk, "第 1 项的位置", "节约集约")
    dialog.get_by_label("第 1 项的要求").fill("请补充节约集约用地论证分析")
    clerk.look("case-correct", tab=False)
    dialog.locator(".el-button--primary").click()
    expect(dialog).to_have_count(0)
    until(company, applied["address"], "去补正")
    company.look("public-correction", tab=False)
    company.go(f"{applied['address']}papers/")
    for kind in ("saving_report", "farmland_proof", "redline_proof"):
        hand_in(company, kind)
    company.page.get_by_role("link", name=re.compile("下一步")).click()
    company.page.get_by_role("button", name="提交补正").click()
    until(company, applied["address"], "办理中")
    return address


def test_5_clerk_city_and_province_decide(at_work, company, applied, returned):
    people = [at_work(user) for user in (f"clerk{COUNTY}", "review340100", "chief340000")]
    for who in people:
        who.go("/tasks")
        who.go(returned)
        expect(who.page.locator("[data-action=agree]")).to_be_enabled()
        act(who, "agree")
    chief = people[-1]
    expect(chief.page.get_by_text("已批准").first).to_be_visible()
    for tab in ("overview", "flow", "opinions", "log"):
        chief.page.locator(f"[data-tab={tab}]").click()
        chief.look(f"decided-{tab}")
    chief.phone("decided")
    nothing_wrong(*people, company)


def test_6_the_company_takes_the_paper_anyone_verifies_it_and_the_service_is_rated(opened, nodes, company, applied, returned):
    until(company, applied["address"], "核验这份文书")
    company.look("public-granted", tab=False)
    page = company.page
    paper = page.request.get(company.url + page.get_by_role("link", name=re.compile("下载.*PDF")).get_attribute("href"))
    assert paper.body()[:5] == b"%PDF-"
    (browsing.SHOTS / "opinion.pdf").write_bytes(paper.body())
    link = page.get_by_role("link", name="核验这份文书").get_attribute("href")
    anyone = browsing.person(opened, nodes.url("outer"))
    anyone.go(link)
    expect(anyone.page.get_by_text("核验通过")).to_be_visible()
    anyone.picture("verify")
    anyone.look("verify")
    anyone.phone("verify")
    page.locator("input[name=level]").first.check()
    page.get_by_role("button", name="提交评价").click()
    assert page.get_by_text("您的评价").count()
    nothing_wrong(company, anyone)


def test_7_the_auditor_sees_the_record(at_work, returned):
    who = at_work("audit340000")
    page = who.go("/audit")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("tbody tr").first.click()
    who.look("audit")
    nothing_wrong(who)


def test_8_the_address_of_another_countys_case_says_that_it_is_not_theirs(at_work, returned):
    who = at_work("clerk340121")
    page = who.go(returned)
    assert re.search("无权查看|没有|不在您的行政区", page.locator("main").inner_text())
    assert FORM["project_name"] not in page.content()
    who.look("not-theirs")
    faults = [f for f in who.faults if "404" not in f and not f.endswith("0 h1")]
    who.faults.clear()
    assert faults == []
