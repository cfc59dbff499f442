"""One running province for the whole story: two nodes, one county with two years, its accounts."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import nodes as running
from tests.support.nodes import Nodes
from ziyuan.site.sample.client import Client

COUNTY = "340123"
PATCHES = 2000


@pytest.fixture(scope="session")
def nodes() -> Iterator[Nodes]:
    """Both nodes, healthy; stopped and dropped at the end."""
    pair = running.start()
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
    """`sign_in("clerk340123")`: that person at his node."""
    accounts = {a["user"]: a for a in nodes.accounts()}
    known: dict[str, Client] = {}

    def client(user: str) -> Client:
        if user not in known:
            account = accounts[user]
            known[user] = Client(nodes.url(account["node"]), user, account["password"])
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
