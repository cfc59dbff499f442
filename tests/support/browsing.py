"""A person at a browser: signed in at a node, watched for console messages, looked at for labels and focus."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.support.database import ROOT
from tests.support.staying import AGAIN

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
DESK = {"width": 1366, "height": 768}
PICTURE = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds
PICTURES = os.environ.get("ZIYUAN_PICTURES")  # a folder: renew the documents' pictures there
SHOTS = Path(os.environ.get("ZIYUAN_SHOTS") or tempfile.mkdtemp(prefix="ziyuan-shots-"))

expect.set_options(timeout=PATIENCE)

# What a screen reader and a keyboard need; each finding names the element.
LOOK = """() => {
  const said = [];
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
  const name = (e) => (e.getAttribute('aria-label') || e.getAttribute('title') || e.getAttribute('alt') || e.textContent
    || (e.getAttribute('aria-labelledby') || '').split(' ').map((i) => document.getElementById(i)?.textContent || '').join('')
    || '').trim();
  const short = (e) => e.outerHTML.slice(0, 120);
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (seen(e) && !name(e) && !(e.labels && e.labels.length)) said.push('no label: ' + short(e));
  for (const e of document.querySelectorAll('button, a[href]'))
    if (seen(e) && !name(e) && !e.querySelector('[alt],[aria-label],title')) said.push('no name: ' + short(e));
  for (const e of document.querySelectorAll('img:not([alt])')) said.push('no alt: ' + short(e));
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids)) if (ids.filter((i) => i === id).length > 1) said.push('id twice: ' + id);
  if (!document.documentElement.lang.startsWith('zh')) said.push('lang is ' + document.documentElement.lang);
  if (document.querySelectorAll('h1').length !== 1) said.push(document.querySelectorAll('h1').length + ' h1');
  if (document.documentElement.scrollWidth > window.innerWidth + 1)
    said.push('wider than the screen: ' + document.documentElement.scrollWidth);
  if (/undefined|NaN|\\[object|null 公顷|系统错误/.test(document.body.innerText))
    said.push('raw value on screen: ' + document.body.innerText.match(/.{0,30}(undefined|NaN|\\[object|系统错误).{0,30}/)?.[0]);
  return said;
}"""
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return 'nothing has the focus';
  const marked = (s) => s.boxShadow !== 'none' || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0);
  for (let p = e, n = 0; p && n < 5; p = p.parentElement, n++) if (marked(getComputedStyle(p))) return '';
  return 'focus is not seen on ' + e.outerHTML.slice(0, 120);
}"""


# A message that fades is neither there nor gone: it is to be one of them while it is looked at.
NO_FADING = "() => document.querySelectorAll('.el-message').forEach((e) => { e.style.transition = 'none' })"
AXE_FILE = Path(os.environ.get("ZIYUAN_AXE") or ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js")
# WCAG 2.1 A and AA, as axe-core judges them: each serious finding names the rule and the first element.
AXE = """async () => {
  const told = await axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
  return told.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `axe ${v.id} (${v.nodes.length}): ${v.help}: ${v.nodes[0].html.slice(0, 160)}`);
}"""


def axe_faults(page: Page) -> list[str]:
    """Serious findings of axe-core on the page as it stands; it is run from outside, whatever the page's policy."""
    assert AXE_FILE.is_file(), f"没有 {AXE_FILE}:请用 ./ziyuan test 运行全部测试(它会安装),或在 web/ 中运行 npm ci。"
    page.evaluate(AXE_FILE.read_text(encoding="utf-8"))
    return list(page.evaluate(AXE))


class Person:
    """One page of one person. `faults` gathers what the console said and what a look finds.

    `script`: whether the pages' own script runs; axe-core needs it too. `signs_in`: how he does it; who was away for a
    while does it again before he goes on, since his session may have ended.
    """

    def __init__(self, page: Page, url: str, *, script: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self.page, self.url, self.script = page, url, script
        self.faults: list[str] = []
        self.signs_in: Callable[[Person], object] | None = None
        self._clock, self._went = clock, clock()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: self.faults.append(f"console {m.type}: {m.text} ({page.url})"))
        page.on("pageerror", lambda e: self.faults.append(f"page error: {e} ({page.url})"))

    def go(self, path: str) -> Page:
        away, self._went = self._clock() - self._went, self._clock()
        if self.signs_in and away > AGAIN:
            self.page.context.clear_cookies()
            self.signs_in(self)
        self.page.goto(self.url + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def look(self, name: str, *, tab: bool = True) -> None:
        """Take a picture and look: labels, names, focus, raw values, width, and what axe-core finds."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(400)
        self.page.evaluate(NO_FADING)
        self.faults += [f"{name}: {said}" for said in self.page.evaluate(LOOK)]
        if self.script:
            self.faults += [f"{name}: {said}" for said in axe_faults(self.page)]
        self.page.screenshot(path=SHOTS / f"{name}.png")
        if tab:
            self.page.keyboard.press("Tab")
            said = self.page.evaluate(FOCUS)
            self.faults += [f"{name}: {said}"] if said else []

    def picture(self, name: str) -> None:
        """Renew a picture of the documents, when that was asked for; a little smaller, to stay below 300 KB."""
        if PICTURES:
            self.page.set_viewport_size(PICTURE)
            self.page.wait_for_load_state("networkidle")
            self.page.wait_for_timeout(1200)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")
            self.page.set_viewport_size(DESK)

    def phone(self, name: str) -> None:
        """The same page on a phone, then back at the desk."""
        self.page.set_viewport_size(PHONE)
        self.look(f"{name}-phone", tab=False)
        self.page.set_viewport_size(DESK)


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        opened = _launch(playwright)
        try:
            yield opened
        finally:
            opened.close()


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def person(opened: Browser, url: str, **options: Any) -> Person:
    """A new person with a browser of his own (nothing shared with the others)."""
    context = opened.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    return Person(context.new_page(), url, script=options.get("java_script_enabled", True))
