"""Kill whoever carries a migration out, at any moment: each case comes to the new version once, with all its rows.

Real processes run one signed order in real transactions while another acts on the same cases; each is killed (-9) at a
seeded moment and the order is run again. `ZIYUAN_KILLS=1000` kills a thousand times.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings as django_settings

from tests.support import acting, database
from tests.workflow import small_matter
from tests.workflow.cases.test_kills import EVENT, Ledger
from tests.workflow.engine.drawn import bpmn
from tests.workflow.world import ANHUI, tamper
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.signin import actor_of
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import versions
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.models import Case, CaseEvent, MigrationLine, MigrationOrder, Task

KILLS = int(os.environ.get("ZIYUAN_KILLS", "20"))
SEED = int(os.environ.get("ZIYUAN_SEED", "20261126"))
CASES = 6 * KILLS
MATTER = "use_control/site_review"
USER = 'zy:role="{}" zy:level="county" zy:allow="agree recall return"'
EXTRA = {"t1": USER.format("county_clerk"), "t2": USER.format("county_chief")}
OLD = "s:start -> h:xor; h -> t1; t1 -> t2; t2 -> g:xor; g -> h *; g -> refused:end [outcome = \"refuse\"]"


def drawn(first: str = "t1") -> str:
    extra = {first: EXTRA["t1"], "t2": EXTRA["t2"]}
    return bpmn(OLD.replace("t1", first), extra=extra).decode()


class Town(NamedTuple):
    """Committed cases on the old version, and the signed order that brings them to the new one."""

    cases: list[int]
    order: int
    folder: str
    version: str


@pytest.fixture
def town(committed_db, owners_rights, monkeypatch, tmp_path):
    """Everything committed, and all of it gone afterwards."""
    monkeypatch.setitem(acting.registry._kinds, "test.quota", None)  # taken out again afterwards
    small_matter.publish(monkeypatch, tmp_path / "old", drawn(), papers=[])
    old = acting.publish(tmp_path / "old" / "site_review")
    made = [acting.waiting_case(old, f"升级-{n:04d}") for n in range(CASES)]
    with kernel.acting(kernel.system_actor()):
        versions.keep(old)
    more = {"migrate": [{"from": "any", "nodes": {"t1": "first"}}], "papers": []}
    small_matter.publish(monkeypatch, tmp_path / "new", drawn("first"), **more)
    new = acting.publish(tmp_path / "new" / "site_review")
    chief = actor_of(kernel.people(role="province_chief", region=ANHUI)[0], kernel.now())
    maker = replace(chief, person=1_000_001, name="编制人")
    number = workflow.make_order(maker, MATTER, "按新流程办理")
    workflow.sign_order(chief, number, "同意升级")
    yield Town(made, number, str(tmp_path / "new" / "site_review"), new.version)
    with database.connect(django_settings.NODE, django_settings.DATABASES["default"]["NAME"]) as server:
        server.execute(f"DELETE FROM workflow_migrationline WHERE order_id = {number}")
        server.execute(f"DELETE FROM workflow_migrationorder WHERE id = {number}")
    for table in ("task", "caseevent"):
        tamper(f"DELETE FROM workflow_{table} WHERE case_id = ANY(%s)", made)
    tamper("DELETE FROM workflow_case WHERE id = ANY(%s)", made)
    tamper("DELETE FROM workflow_matterversion WHERE version = ANY(%s)", [old.version, new.version])
    versions._earlier.cache_clear()


class Campaign:
    """One process carries the order out and is killed again and again; another acts on the same cases meanwhile."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder, self.chance = town, folder, random.Random(SEED)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.support.acting"])
        self.ledger, self.caught = Ledger(folder), 0

    def migrator(self, name: str, guarded: bool = True, far: int = 1) -> Any:
        """Started, and come as `far` as that many signs in its book: it has begun, or has a first case behind it."""
        book = self.folder / f"{name}.begun"
        worker = self.context.Process(target=acting.migrate, args=(self.town.folder, str(book), self.town.order, guarded))
        worker.start()
        end = time.monotonic() + 60
        while len(self.told(name)) < far and worker.is_alive():
            assert time.monotonic() < end
            time.sleep(0.002)
        return worker

    def told(self, name: str) -> str:
        book = self.folder / f"{name}.begun"
        return book.read_text(encoding="utf-8") if book.exists() else ""

    def officer(self) -> Any:
        lines, seed = str(self.folder / "officer.lines"), self.chance.getrandbits(32)
        given = (self.town.folder, lines, self.town.cases, [], seed, True, 10**6)
        worker = self.context.Process(target=acting.work, args=given)
        worker.start()
        return worker

    def run(self, kills: int) -> None:
        officer = self.officer()
        for number in range(kills):
            worker = self.migrator(str(number), far=1 if number % 4 == 0 else len("begun 1"))
            time.sleep(self.chance.random() * 0.04)
            worker.kill()
            worker.join()
            self.caught += 0 < waiting(self.town.order) < CASES
        officer.kill()
        officer.join()
        for name in ("last", "again"):
            worker = self.migrator(name)
            worker.join()
            assert worker.exitcode == 0


def waiting(order: int) -> int:
    with kernel.acting(kernel.system_actor()):
        return MigrationLine.objects.filter(order=order, outcome="").count()


def reckon(town: Town, ledger: Ledger) -> list[str]:
    """Order against cases: each moved once, to the new version, its rows as the events say, one task open; no step lost."""
    found: list[str] = []
    with kernel.acting(kernel.system_actor()):
        order = MigrationOrder.objects.get(pk=town.order)
        found += [] if order.state == "done" else [f"the order is {order.state}"]
        moved = Counter(CaseEvent.objects.filter(case__in=town.cases, kind="migrated").values_list("case", flat=True))
        for line in MigrationLine.objects.filter(order=order).select_related("case"):
            row = line.case
            if (line.outcome, moved[row.pk], row.version) != ("moved", 1, town.version):
                found.append(f"{row.no}: line {line.outcome}, {moved[row.pk]} times, on {row.version[:8]}")
            if rebuild(row) != (row.state, row.head):
                found.append(f"{row.no}: rows are not what the events say")
            if Task.objects.filter(case=row, state="open").count() != 1:
                found.append(f"{row.no}: not one open task")
        left = ledger.unanswered()
        told, unsure = ledger.acknowledged(), Counter((t["case"], EVENT[t["action"]]) for t in left)
        happened = Counter(CaseEvent.objects.filter(case__in=town.cases, kind__in=EVENT.values()).values_list("case", "kind"))
    for key in {*told, *happened}:
        if not told[key] <= happened[key] <= told[key] + unsure[key]:
            found.append(f"{key}: {told[key]} acknowledged, {happened[key]} happened")
    return found


def test_after_kills_at_any_moment_each_case_has_moved_once_and_lost_nothing(town, tmp_path):
    campaign = Campaign(town, tmp_path)
    begun = time.monotonic()
    campaign.run(KILLS)
    assert reckon(town, campaign.ledger) == []
    done = sum(campaign.ledger.acknowledged().values())
    print(f"kills {KILLS}, caught under way {campaign.caught}, acts {done}, {time.monotonic() - begun:.0f} s")
    assert campaign.caught and done, "too little happened between the kills to prove anything"


def test_a_line_closed_apart_from_its_case_turns_the_same_reckoning_red(town, tmp_path):
    """Negative control: the line is committed before the case moves, and whoever does it dies in between."""
    campaign = Campaign(town, tmp_path)
    campaign.migrator("apart", guarded=False).join()
    campaign.migrator("last").join()
    assert [line.partition(":")[2] for line in reckon(town, campaign.ledger)] == [
        f" line moved, 0 times, on {old_version(town)[:8]}"
    ]


def old_version(town: Town) -> str:
    with kernel.acting(kernel.system_actor()):
        return str(Case.objects.filter(pk__in=town.cases).exclude(version=town.version).get().version)
