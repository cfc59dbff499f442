"""Everybody delivers on one day, one file malformed, one huge, the server killed twice: a report for each, none lost.

20 deliveries here; 200 with ZIYUAN_DELIVERIES=200 (some ten minutes on two cores).
"""

import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import crowd, database
from tests.support import nodes as running
from tests.support.nodes import Nodes
from ziyuan.base.node_client import Client, NodeRefused, NodeSilent
from ziyuan.onemap.client import sending

pytestmark = pytest.mark.story
DELIVERIES = int(os.environ.get("ZIYUAN_DELIVERIES", "20"))
HUGE = int(os.environ.get("ZIYUAN_HUGE_MB", "48")) << 20
YEARS = ("2021", "2022", "2023", "2024")
MALFORMED, LARGE = 5, 10  # which of them are so
MANDATE = "survey_county"


@dataclass
class Sent:
    """One delivery as its sender knows it."""

    county: str
    year: str
    path: Path
    kind: str = "full"
    delivery: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    @property
    def name(self) -> str:
        return f"{self.county} {self.year} {self.kind}"


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """A pair of its own, with small parts so that there are many; stopped and dropped at the end."""
    pair = running.start()
    try:
        pair.told["inner"]["uploads"] = {"part_mb": 1}
        running._write(pair, "inner")
        restart(pair)
        yield pair
    finally:
        pair.stop()


def restart(pair: Nodes) -> None:
    """Kill web and worker of the inner node and bring them back, as the supervisor does."""
    for process in ("inner-web", "inner-worker"):
        pair.kill(process)
    for process in ("inner-web", "inner-worker"):
        pair.start(process)
    pair.wait("inner")


@pytest.fixture(scope="module")
def season(nodes, tmp_path_factory) -> list[Sent]:
    """The packages of all counties and years, one of them cut off, one with much beside it."""
    folder = tmp_path_factory.mktemp("season")
    found = crowd.counties(-(-DELIVERIES // len(YEARS)))
    crowd.hire(nodes, list(found))
    made = []
    for at in range(DELIVERIES):
        county, year = list(found)[at // len(YEARS)], YEARS[at % len(YEARS)]
        outline, zone = found[county]
        body = crowd.package(county, outline, zone, int(year), HUGE if at == LARGE else 0)
        path = folder / f"{county}-{year}.zip"
        path.write_bytes(body[: len(body) // 2] if at == MALFORMED else body)
        made.append(Sent(county, year, path))
    return made


def signed_in(nodes: Nodes, county: str, kind: type[Client] = Client) -> Client:
    end = time.monotonic() + sending.PATIENCE
    while True:
        try:
            return kind(nodes.url("inner"), f"crowd{county}", crowd.PASSWORD)
        except (NodeSilent, NodeRefused, OSError, http.client.HTTPException, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def deliver(nodes: Nodes, one: Sent, kind: type[Client] = Client) -> None:
    """As `ziyuan map deliver --wait` does it."""
    try:
        client = signed_in(nodes, one.county, kind)
        order = {"mandate": MANDATE, "county": one.county, "period": one.year, "kind": one.kind}
        upload = _until(lambda: sending.send(client, one.path, order, lambda *_: None))
        one.delivery = upload["delivery"]
        one.told = sending.finished(client, one.delivery, lambda *_: None)
    except Exception as wrong:
        one.fault = repr(wrong)


def _until(call: Any) -> Any:
    """Beginning an upload is the only step that has to be begun again by hand when the server dies under it."""
    end = time.monotonic() + sending.PATIENCE
    while True:
        try:
            return call()
        except (NodeSilent, OSError, http.client.HTTPException, NodeRefused) as wrong:
            if (isinstance(wrong, NodeRefused) and wrong.status_given < 500) or time.monotonic() > end:
                raise
            time.sleep(0.5)


def reckon(nodes: Nodes, season: list[Sent]) -> list[str]:
    """What is missing, doubled or wrong, by what the senders know and by the books of the node."""
    wrong = [f"{one.name}: {one.fault}" for one in season if one.fault]
    for one in (s for s in season if not s.fault):
        told, body = one.told, one.path.read_bytes()
        acts = Counter(note["act"] for note in told["notes"])
        if told["state"] not in ("returned", "review", "accepted"):
            wrong.append(f"{one.name}: still {told['state']}")
        if told["file"]["sm3"] != crowd.sm3(body) or told["size"] != len(body):
            wrong.append(f"{one.name}: other bytes arrived")
        if acts != {"submit": 1, "check": 1} or not all(note["signed"] for note in told["notes"]):
            wrong.append(f"{one.name}: notes {dict(acts)}")
        if told["state"] == "returned" and not told["summary"]:
            wrong.append(f"{one.name}: returned without a reason")
        if not told["receipts"].get("received"):
            wrong.append(f"{one.name}: no receipt")
    with database.connect(nodes.told["inner"], nodes.told["inner"]["database"]["name"]) as books:
        for table, where in (("onemap_delivery", ""), ("onemap_upload", "WHERE state = 'complete'")):
            ((rows,),) = books.execute(f"SELECT count(*) FROM {table} {where}").fetchall()
            if rows != len(season):
                wrong.append(f"{rows} rows in {table} for {len(season)} deliveries")
    return [*wrong, *(f"left on the disk: {name}" for name in _left(nodes))]


def _left(nodes: Nodes) -> list[str]:
    """Files of uploads that stay. What a kill left behind is old for the sweep here, and it comes each minute."""
    folder = Path(nodes.told["inner"]["data"]) / "uploads"
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # taken away just now
            os.utime(path, (0, 0))
    end = time.monotonic() + 90
    while any(folder.iterdir()) and time.monotonic() < end:
        time.sleep(1)
    return [path.name for path in folder.iterdir()]


def findings(client: Client, delivery: int) -> list[tuple[Any, ...]]:
    """What the check found, in its order."""
    items = client.get(f"/api/deliveries/{delivery}/findings", limit=1000)["items"]
    return [(f["rule"], f["layer"], f["key"], f["row"], f["message"]) for f in items]


@pytest.fixture(scope="module")
def delivered(nodes, season) -> list[Sent]:
    """All at once; the server is killed while files go up, and once more while checks run."""
    threads = [threading.Thread(target=deliver, args=(nodes, one, crowd.Doubtful if at % 3 == 0 else Client))
               for at, one in enumerate(season)]
    for thread in threads:
        thread.start()
    for enough in (lambda: sum(one.delivery > 0 for one in season) >= len(season) // 4,
                   lambda: sum(bool(one.told) for one in season) >= len(season) // 4):
        end = time.monotonic() + sending.PATIENCE
        while not enough() and time.monotonic() < end:
            time.sleep(0.1)
        assert any(not one.told for one in season), "everything was over before the kill"
        restart(nodes)
    for thread in threads:
        thread.join()
    return season


def test_each_of_them_is_reported_and_none_is_lost(nodes, delivered):
    assert reckon(nodes, delivered) == []


def test_the_malformed_one_says_why_and_the_huge_one_arrived_whole(nodes, delivered):
    bad, big = delivered[MALFORMED], delivered[LARGE]
    assert bad.told["state"] == "returned" and "ZY-SBX-010" in {r["rule"] for r in bad.told["summary"]}
    assert big.told["size"] > HUGE and {m["name"] for m in big.told["members"]} > {"航片.dat"}
    assert "ZY-FMT-081" in {r["rule"] for r in big.told["summary"]}, "the member beside it is told as surplus"
    for one in (bad, big, delivered[0]):
        client = signed_in(nodes, one.county)
        assert client.download(f"/api/deliveries/{one.delivery}/report.pdf").startswith(b"%PDF")


def test_the_same_file_alone_on_a_quiet_node_gives_the_same_findings(nodes, delivered):
    for at in (0, MALFORMED, LARGE, len(delivered) - 1):
        crowded = delivered[at]
        alone = Sent(crowded.county, crowded.year, crowded.path, "precursor")
        deliver(nodes, alone)
        assert alone.fault == ""
        client = signed_in(nodes, crowded.county)
        assert findings(client, alone.delivery) == findings(client, crowded.delivery)
        assert client.get("/api/deliveries/queue")["waiting"] == 0


def test_without_the_guard_of_offsets_the_same_reckoning_turns_red(nodes, delivered):
    """The negative control: a server that takes every part, wherever it says it belongs."""
    nodes.unguarded = "upload-offsets"
    restart(nodes)
    again = [Sent(one.county, "2020", one.path, "precursor") for one in (delivered[0], delivered[LARGE])]
    for one in again:
        deliver(nodes, one, crowd.Doubtful)
    assert any("other bytes" in line or "ZY-DLV" in line for line in reckon(nodes, again))
