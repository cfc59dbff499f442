"""Kill whoever acts on cases, at any moment: what was acknowledged happened once, what was refused did not happen.

Real processes act on the same cases in real transactions; each is killed (-9) at a seeded moment and another takes
up what it had not heard an answer to. `ZIYUAN_KILLS=1000` kills a thousand times.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from tests.support import acting, database
from tests.workflow import small_matter
from tests.workflow.engine.drawn import bpmn
from tests.workflow.world import tamper
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent, Task

KILLS = int(os.environ.get("ZIYUAN_KILLS", "20"))
SEED = int(os.environ.get("ZIYUAN_SEED", "20261126"))
WORKERS = 2
EVENT = {"agree": "completed", "recall": "recalled", "return": "returned", "release": "released", "claim": "claimed"}
USER = 'zy:role="{}" zy:level="county" zy:allow="agree recall return"'
PROCESS = bpmn(
    "s:start -> h:xor; h -> t1; t1 -> v:service; v -> t2; t2 -> g:xor; g -> h *; g -> refused:end [outcome = \"refuse\"]",
    extra={"t1": USER.format("county_clerk"), "t2": USER.format("county_chief"), "v": 'zy:verb="quota"'},
).decode()


class Ledger:
    """What the workers tried and what they were answered, read from the lines they left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tried, self.answered = folder, {}, {}
        self.read_to: dict[str, int] = {}

    def read(self) -> None:
        for path in sorted(self.folder.glob("*.lines")):
            text = path.read_text(encoding="utf-8")
            whole = text.rpartition("\n")[0] + "\n" if "\n" in text else ""
            for line in whole[self.read_to.get(path.name, 0) :].splitlines():
                for word, told in json.loads(line).items():
                    if word == "try":
                        self.tried[told["id"]] = told
                    else:
                        self.answered.setdefault(told, word)
            self.read_to[path.name] = len(whole)

    def unanswered(self) -> list[dict[str, Any]]:
        self.read()
        return [told for key, told in self.tried.items() if key not in self.answered]

    def acknowledged(self) -> Counter[tuple[int, str]]:
        """(case, event kind) → how many commands were acknowledged."""
        done = [self.tried[key] for key, word in self.answered.items() if word == "done"]
        return Counter((told["case"], EVENT[told["action"]]) for told in done)


@pytest.fixture
def cases(committed_db, owners_rights, monkeypatch, tmp_path):
    """Six committed cases in a process without end, and the book of quota; all gone afterwards."""
    small_matter.publish(monkeypatch, tmp_path, PROCESS, effects={"quota": {"kind": "test.quota"}}, papers=[])
    name, app = (django_settings.DATABASES["default"][key] for key in ("NAME", "USER"))
    with database.connect(django_settings.NODE, name) as server:
        server.execute("CREATE TABLE test_quota (key text PRIMARY KEY, case_no text)")
        server.execute(f'GRANT SELECT, INSERT, DELETE ON test_quota TO "{app}"')
        monkeypatch.setitem(acting.registry._kinds, "test.quota", None)  # taken out again afterwards
        rt = acting.publish(tmp_path / "site_review")
        made = [acting.waiting_case(rt, f"杀进程-{n:04d}") for n in range(6)]
        yield made
        for table in ("appliedeffect", "task", "caseevent"):
            tamper(f"DELETE FROM workflow_{table} WHERE case_id = ANY(%s)", made)
        tamper("DELETE FROM workflow_case WHERE id = ANY(%s)", made)
        server.execute("DROP TABLE test_quota")


class Campaign:
    """Two workers on the same cases; `run(kills)` kills one of them as often and lets the last finish in peace."""

    def __init__(self, folder: Path, cases: list[int], guarded: bool = True) -> None:
        self.folder, self.cases, self.guarded = folder, cases, guarded
        self.ledger, self.chance = Ledger(folder), random.Random(SEED)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.support.acting"])
        self.made = 0
        self.caught = 0

    def start(self, again: list[dict[str, Any]], most: int = 10**6) -> Any:
        self.made += 1
        book = self.folder / f"{self.made:05d}.lines"
        given = (str(self.folder / "site_review"), str(book), self.cases, again, self.chance.getrandbits(32), self.guarded, most)
        worker = self.context.Process(target=acting.work, args=given)
        worker.start()
        worker.book, worker.again = book, again
        return worker

    def run(self, kills: int) -> Ledger:
        workers = [self.start([]) for _ in range(WORKERS)]
        for _ in range(kills):
            victim = self.chance.randrange(WORKERS)
            self._alive(workers[victim])
            time.sleep(self.chance.random() * 0.12)
            workers[victim].kill()
            workers[victim].join()
            left = self._left_by(workers[victim])
            self.caught += bool(left)
            workers[victim] = self.start(left)
        for worker in workers:
            self._alive(worker)
            worker.kill()
            worker.join()
        last = self.start(self.ledger.unanswered(), most=20)
        last.join()
        assert last.exitcode == 0
        assert self.ledger.unanswered() == []
        return self.ledger

    def _left_by(self, worker: Any) -> list[dict[str, Any]]:
        """What the killed one had tried, or was to take up, and heard no answer to."""
        own = {told["id"] for told in (*self._tries(worker.book), *worker.again)}
        return [told for told in self.ledger.unanswered() if told["id"] in own]

    def _tries(self, book: Path) -> list[dict[str, Any]]:
        lines = book.read_text(encoding="utf-8").splitlines() if book.exists() else []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line).get("try"))
            except ValueError:
                continue
        return [told for told in found if told]

    def _alive(self, worker: Any) -> None:
        """It has begun to act."""
        end = time.monotonic() + 60
        while not (worker.book.exists() and worker.book.stat().st_size):
            assert worker.is_alive(), "a worker ended by itself"
            assert time.monotonic() < end
            time.sleep(0.002)


def reckon(ledger: Ledger, cases: list[int]) -> list[str]:
    """Ledger against database: every acknowledged step once, every effect once, rows as the events say."""
    found: list[str] = []
    told = ledger.acknowledged()
    with kernel.acting(kernel.system_actor()):
        happened = Counter(CaseEvent.objects.filter(case__in=cases, kind__in=EVENT.values()).values_list("case", "kind"))
        for key in sorted({*told, *happened}):
            if told[key] != happened[key]:
                found.append(f"{key}: {told[key]} acknowledged, {happened[key]} happened")
        for row in Case.objects.filter(pk__in=cases):
            found += _effects(row)
            if rebuild(row) != (row.state, row.head):
                found.append(f"{row.no}: rows are not what the events say")
            if Task.objects.filter(case=row, state="open").count() != 1:
                found.append(f"{row.no}: not one open task")
    return found


def _effects(row: Case) -> list[str]:
    """As many effects as passages of the service task, one standing at most, and the book holds that one."""
    carried = CaseEvent.objects.filter(case=row, kind="carried").count()
    effects = list(AppliedEffect.objects.filter(case=row).values_list("key", "undone"))
    standing = sorted(key for key, undone in effects if undone is None)
    with acting.connection.cursor() as cursor:
        cursor.execute("SELECT key FROM test_quota WHERE case_no = %s ORDER BY key", [row.no])
        book = [key for (key,) in cursor.fetchall()]
    right = carried == len(effects) and standing == book and len(book) == min(1, carried)
    return [] if right else [f"{row.no}: carried {carried}, effects {len(effects)}, standing {standing}, book {book}"]


def test_after_kills_at_any_moment_no_step_is_lost_and_no_effect_doubled(cases, tmp_path):
    campaign = Campaign(tmp_path, cases)
    begun = time.monotonic()
    ledger = campaign.run(KILLS)
    done = sum(ledger.acknowledged().values())
    print(
        f"kills {KILLS}, caught in a step {campaign.caught}, commands {len(ledger.tried)}, acknowledged {done}, "
        f"refused {len(ledger.answered) - done}, {time.monotonic() - begun:.0f} s"
    )
    assert reckon(ledger, cases) == []
    assert campaign.caught and done > KILLS, "too little happened between the kills to prove anything"


def test_without_the_memory_of_commands_the_same_reckoning_turns_red(cases, tmp_path):
    """Negative control: a repeated command is carried out again."""
    campaign = Campaign(tmp_path, cases, guarded=False)
    worker = campaign.start([], most=120)
    worker.join()
    campaign.ledger.read()
    assert any("acknowledged" in line for line in reckon(campaign.ledger, cases))
