"""Kill any process, the database too, at any moment of the story: nothing acknowledged is lost, nothing happens twice."""

import os

import pytest

from tests.story.conftest import COUNTY
from tests.support import nodes as running
from tests.support.campaign import Campaign
from tests.support.durable import Server
from tests.support.reckoning import reckon

pytestmark = pytest.mark.story
KILLS = int(os.environ.get("ZIYUAN_KILLS", "20"))
SEED = int(os.environ.get("ZIYUAN_SEED", "20261125"))
GUARDS = ("case-commands", "delivery-commands")


@pytest.fixture(scope="module")
def campaign(packages):
    """Two nodes on a durable cluster of their own, whose server may be killed."""
    server = Server()
    pair = None
    try:
        pair = running.start(server.told())
        from ziyuan.site.sample import deliver
        from ziyuan.site.sample.client import Client

        account = next(a for a in pair.accounts() if a["user"] == "data340000")
        deliver.register(Client(pair.url("inner"), account["user"], account["password"]), packages / "control_areas.csv")
        found = sorted(p for p in packages.glob(f"{COUNTY}-*.zip") if "faulty" not in p.name)
        yield Campaign(pair, server, [(p, p.stem.split("-")[1]) for p in found], COUNTY, SEED)
    finally:
        if pair is not None:
            pair.stop()
        server.stop()


def test_after_kills_spread_over_the_story_nothing_is_lost_and_nothing_is_doubled(campaign):
    ledger = campaign.run(KILLS)
    print(ledger.told())
    assert reckon(campaign.nodes, ledger) == []
    assert sum(ledger.kills.values()) == KILLS
    assert len(ledger.finished) >= 3, "too little happened between the kills to prove anything"
    assert len(ledger.accepted) >= 1


def test_without_the_guards_of_repetition_the_same_reckoning_turns_red(campaign):
    """The negative control: children forget which commands they have carried out."""
    for process in campaign.nodes.processes():
        campaign.nodes.kill(process)
    campaign.nodes.unguarded = ",".join(GUARDS)
    for process in campaign.nodes.processes():
        campaign.nodes.start(process)
    for name in running.NAMES:
        campaign.nodes.wait(name)
    found = reckon(campaign.nodes, campaign.run(2, applicants=2))
    assert any("repeated" in line for line in found), "a repeated command was refused"
    assert any("without acknowledgement" in line for line in found), "something was done twice"
