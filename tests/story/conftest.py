"""One running province for the whole story: two nodes, one county with two years, its accounts."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import browsing, desk, story, walk_pack
from tests.support import nodes as running
from tests.support.browsing import Person
from tests.support.nodes import Nodes
from tests.support.staying import Staying
from ziyuan.site.sample.client import Client

COUNTY = "340123"
PATCHES = 2000


@pytest.fixture(scope="session")
def nodes(tmp_path_factory) -> Iterator[Nodes]:
    """Both nodes, healthy, with the pack of the joint-review walk beside the product's; stopped and dropped at the end."""
    pair = running.start(apart=walk_pack.install(tmp_path_factory.mktemp("apart")))
    try:
        yield pair
    finally:
        pair.stop()


@pytest.fixture(scope="session")
def packages(tmp_path_factory) -> Path:
    """Two lawful years of one county, and a faulty twin of each."""
    folder = tmp_path_factory.mktemp("packages")
    argv = [sys.executable, "-m", "ziyuan.site.cli", "sample", "--county", COUNTY, "--patches", str(PATCHES)]
    done = subprocess.run(
        [*argv, "--years", "2", "--faulty", "--out", str(folder)],
        cwd=running.ROOT,
        env={"PYTHONPATH": str(running.ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def sign_in(nodes) -> Callable[[str], Client]:
    """`sign_in("clerk340123")`: that person at his node, who signs in again where the run was slow."""
    accounts = {a["user"]: a for a in nodes.accounts()}
    known: dict[str, Client] = {}

    def client(user: str) -> Client:
        if user not in known:
            account = accounts[user]
            known[user] = Staying(nodes.url(account["node"]), user, account["password"])
        return known[user]

    return client


@pytest.fixture(scope="session")
def sealed(sign_in, packages) -> dict[str, str]:
    """Both years registered, delivered, accepted; {year: digest}."""
    from ziyuan.site.sample import deliver

    officer, reviewer = sign_in(f"data{COUNTY}"), sign_in("data340000")
    deliver.register(reviewer, packages / "control_areas.csv")
    found = {}
    for package in sorted(p for p in packages.glob(f"{COUNTY}-*.zip") if "faulty" not in p.name):
        year = package.stem.split("-")[1]
        told = deliver.bring_in(officer, reviewer, package, COUNTY, year, lambda line: None)
        found[year] = str(told["edition"])
    return found


@pytest.fixture(scope="session")
def packages_of(packages) -> Callable[[str], Path]:
    """`packages_of("2024")`: the lawful package of that year."""
    return lambda year: packages / f"{COUNTY}-{year}.zip"


@pytest.fixture(scope="session")
def decided(sign_in, sealed) -> dict[str, Any]:
    """A case from application to decision, with one correction."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary())
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "first"})
    assert company.post(f"/api/applications/{draft}/submit", {"command": "first"}) == sent, "a repeat answers the same"
    case = story.case_of(clerk, sent["no"])
    items = [{"kind": "paper", "target": "saving_report", "text": "请补充节约集约用地论证分析"}]
    story.act(clerk, case["id"], "correct", items=items)
    story.until(lambda: company.get(f"/api/applications/{draft}")["state"] == "correcting")
    for kind in ("saving_report", "farmland_proof", "redline_proof"):
        story.hand_in(company, draft, kind)
    company.post(f"/api/applications/{draft}/answer", {"command": "answer"})
    story.until(lambda: clerk.get(f"/api/cases/{case['id']}")["status"] == "open")
    for user in (f"clerk{COUNTY}", "review340100", "chief340000"):
        told = story.act(sign_in(user), case["id"], "agree", command=f"agree-{user}")
    assert told["status"] == "granted"
    shown = story.until(lambda: (a := company.get(f"/api/applications/{draft}"))["documents"] and a)
    return {"draft": draft, "case": case["id"], "no": sent["no"], "query": sent["query_code"], "shown": shown}


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    """A browser, with the built workbench to look at."""
    if not Path(browsing.CHROMIUM).exists():
        pytest.fail("没有 /usr/bin/chromium:请用 ./ziyuan test 运行(它会安装)。")
    if not (running.ROOT / "web" / "dist" / "index.html").is_file():
        pytest.fail("工作台尚未构建:请用 ./ziyuan test 运行,或在 web/ 中运行 npm run build。")
    with browsing.browser() as found:
        yield found


@pytest.fixture(scope="module")
def at_work(opened, nodes) -> Callable[[str], Person]:
    """`at_work("clerk340123")`: that person, signed in through the page."""
    return desk.staff(opened, nodes)
