"""What every person does at the workbench: sign in, choose from a list, act with an opinion, deliver a file."""

import re
import sqlite3
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from tests.support import browsing
from tests.support.browsing import Person
from tests.support.nodes import Nodes


def staff(opened: Browser, nodes: Nodes) -> Callable[[str], Person]:
    """`staff(…)("clerk340123")`: that person, signed in through the page of the inner node."""
    accounts = {a["user"]: a for a in nodes.accounts()}
    known: dict[str, Person] = {}

    def enter(user: str) -> Person:
        if user not in known:
            who = known[user] = browsing.person(opened, nodes.url("inner"))
            who.signs_in = partial(sign_in, user=user, password=accounts[user]["password"])
            who.signs_in(who)
        return known[user]

    return enter


def sign_in(who: Person, user: str, password: str) -> None:
    """Through the page of the workbench."""
    page = who.go("/login")
    page.get_by_label("账号").fill(user)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)


def apply(who: Person, user: str, password: str) -> None:
    """Through the page of the public site, with script or without."""
    page = who.go("/login/")
    page.get_by_label("用户名").fill(user)
    page.get_by_label("密码").fill(password)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/login" not in url)


def nothing_wrong(*people: Person) -> None:
    """What the console said and the looks found since the last time: nothing."""
    faults = [fault for who in people for fault in who.faults]
    for who in people:
        who.faults.clear()
    assert faults == [], "\n".join(faults)


def upload(who: Person, package: Path, year: str) -> None:
    """Deliver a package of a year and be led to its page."""
    page = who.go("/deliveries")
    page.get_by_role("button", name="汇交数据包").click()
    form = page.get_by_role("form", name="汇交数据包")
    form.get_by_label("年度").fill(year)
    form.get_by_label("数据包文件").set_input_files(package)
    form.get_by_role("button", name="提交汇交").click()
    page.wait_for_url(re.compile(r"/deliveries/\d+"))


def choose(who: Person, label: str, option: str) -> None:
    """An option of a select, by its label; once more where the list was still on its way in when it was clicked."""
    page = who.page
    box = page.get_by_role("combobox", name=label)
    shown = page.locator(".el-select", has=box).last
    for _ in range(4):
        box.last.click(force=True)
        page.locator(".el-select-dropdown__item:visible", has_text=option).first.click()
        page.wait_for_timeout(300)
        if option in shown.inner_text():
            return
    raise AssertionError(f"{label}: {option} could not be chosen: {shown.inner_text()}")


def act(who: Person, action: str, opinion: str = "同意。") -> None:
    """Write the opinion, choose the act, confirm its consequence."""
    page = who.page
    button, more = page.locator(f"[data-action={action}]"), page.locator("[data-more]")
    expect(button.or_(more).first).to_be_visible()
    if page.get_by_role("textbox", name="办理意见").count():
        page.get_by_role("textbox", name="办理意见").fill(opinion)
    if not button.is_visible():
        more.click()
    button.click()
    confirm = page.locator(".el-dialog:visible .el-button--primary, .el-message-box:visible .el-button--primary")
    confirm.click()
    _closes(page.locator(".el-dialog:visible, .el-message-box:visible"))
    page.wait_for_load_state("networkidle")


def begin(who: Person, action: str, opinion: str) -> None:
    """Write the opinion, open what is under 更多, choose the act; what it asks is still to be answered."""
    pane = who.page.locator("#act")
    expect(pane.locator("[data-action]").first).to_be_attached()
    if opinion:
        pane.locator("textarea").first.fill(opinion)
    more = pane.locator("[data-more]")
    if more.count() and more.get_attribute("aria-expanded") == "false":
        more.click()
    pane.locator(f"[data-action='{action}']").click()


def confirm(who: Person) -> None:
    """Confirm what stands in the dialog, and see that it closes."""
    dialog = who.page.locator(".el-dialog:visible")
    dialog.locator("[data-confirm]").click()
    _closes(dialog)
    who.page.wait_for_load_state("networkidle")


def _closes(question: Locator) -> None:
    """What was confirmed goes away; if it stays, what it says then is the reason."""
    try:
        expect(question).to_have_count(0)
    except AssertionError as stays:
        raise AssertionError(f"the question stays open: {question.all_inner_texts()}") from stays


def with_one_fault(package: Path, into: Path, change: str) -> Path:
    """A copy of a zipped GeoPackage after one SQL statement on attributes."""
    with zipfile.ZipFile(package) as packed:
        name = next(n for n in packed.namelist() if n.endswith(".gpkg"))
        packed.extract(name, into)
    held = into / name
    with sqlite3.connect(held) as data:
        for function in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            data.create_function(function, 1, lambda shape: 0)  # the index triggers name them; no shape is changed
        assert data.execute(change).rowcount == 1
    made = into / f"{package.stem}-one.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(held, name)
    return made
