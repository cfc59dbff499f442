"""A changeset taken down between two years, looked into, not needed where it stands already, applied where its base stands."""

import re

import pytest
from playwright.sync_api import expect

from tests.story.conftest import COUNTY
from tests.support import desk

pytestmark = [pytest.mark.story, pytest.mark.browser]
LAYER = "tdt1057@2020/DLTB"
EDITIONS = f"/api/layers/{LAYER.replace('/', '~')}/editions"


@pytest.fixture(scope="module")
def package(at_work, sign_in, sealed):
    """The package from the year before to the last edition, as the officer downloads it.

    The screen offers the last two editions; they may be of one year, where a year was delivered again.
    """
    who = at_work(f"data{COUNTY}")
    page = who.go(f"/changesets?layer={LAYER}&county={COUNTY}")
    known = sign_in(f"data{COUNTY}").get(EDITIONS, county=COUNTY)["items"]
    base = max(e["id"] for e in known if e["reference_date"].startswith(sorted(sealed)[-2]))
    desk.choose(who, "基础版本", f"版本 {base} ")
    button = page.get_by_role("link", name="下载增量包(.zyc)")
    expect(page.get_by_text(re.compile("未变 [1-9]"))).to_be_visible()
    who.look("changeset-make")
    with page.expect_download() as saved:
        button.click()
    desk.nothing_wrong(who)
    path = saved.value.path()
    return path.rename(path.with_name(saved.value.suggested_filename))


@pytest.fixture(scope="module")
def present(sign_in, sealed):
    """The edition in force before anything is undone."""
    return in_force(sign_in("data340000"))


def in_force(who):
    """The county's edition in force, the only one."""
    (found,) = (e for e in who.get(EDITIONS, county=COUNTY)["items"] if e["state"] == "in_force")
    return found


def opened(who, package):
    """The province's page with the package looked into."""
    page = who.go("/changesets?tab=open")
    page.get_by_label("增量包文件").set_input_files(package)
    expect(page.get_by_role("heading", name=re.compile("地类图斑"))).to_be_visible()
    return page


def test_1_a_package_shows_its_ends_and_every_change_and_is_not_needed_where_it_stands(at_work, package, present):
    who = at_work("data340000")
    page = opened(who, package)
    expect(page.get_by_text("本地已是目标版本").first).to_be_visible()
    expect(page.get_by_role("button", name="应用增量包")).to_be_disabled()
    expect(page.locator("tbody tr").nth(20)).to_be_visible()
    page.get_by_role("button", name=re.compile("变更")).click()
    expect(page.locator("tbody tr", has_text="DLBM").first).to_be_visible()
    who.look("changeset-open")
    desk.nothing_wrong(who)


def test_2_where_its_base_stands_it_is_applied_and_reaches_the_same_digest(at_work, sign_in, package, present):
    province, who = sign_in("data340000"), at_work("data340000")
    while (standing := in_force(province))["reference_date"] == present["reference_date"]:
        mark = province.get(f"/api/editions/{standing['id']}/impact")["mark"]
        province.post(f"/api/editions/{standing['id']}/actions/withdraw", {"reason": "改以增量包更新", "seen": mark})
    page = opened(who, package)
    page.get_by_role("button", name="应用增量包").click()
    dialog = page.locator(".el-message-box:visible")
    expect(dialog).to_contain_text("地图随之更新")
    dialog.locator(".el-button--primary").click()
    expect(page.get_by_text("摘要与目标一致")).to_be_visible()
    who.look("changeset-applied", tab=False)
    made = in_force(province)
    assert (made["digest"], made["kind_title"], made["reference_date"]) == (
        present["digest"], "增量包", present["reference_date"])  # fmt: skip
    desk.nothing_wrong(who)


def test_3_a_patch_made_by_a_split_is_followed_to_where_it_came_from(at_work, sign_in, sealed):
    found = sign_in(f"data{COUNTY}").get(f"/api/layers/{LAYER.replace('/', '~')}/changes", county=COUNTY, limit=500,
                                         **{"from": min(sealed), "to": max(sealed)})  # fmt: skip
    child = next(c for c in found["items"] if c["change"] == "insert" and c["parents"])
    who = at_work(f"data{COUNTY}")
    page = who.go(f"/kinship?layer={LAYER}&county={COUNTY}&key={child['key']}")
    parents = page.locator("section", has_text="来自哪些图斑")
    expect(parents).to_contain_text(child["parents"][0]["key"])
    who.look("kinship")
    parents.get_by_role("button", name=child["parents"][0]["key"]).first.click()
    expect(page.locator("section", has_text="变成哪些图斑")).to_contain_text(child["key"])
    desk.nothing_wrong(who)
