"""A worker that acts on cases and may be killed at any instant, and the book of quota that its effects are written in.

Before each command a line says what is tried, after it what was acknowledged; the lines are appended to a file and
outlive the process. A command that was tried and not acknowledged is sent again with its id by the next worker.
"""

import json
import os
import random
import uuid
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
django.setup()

import yaml  # noqa: E402  after the settings
from django.db import connection, connections  # noqa: E402

from ziyuan.base.errors import ZiyuanError  # noqa: E402
from ziyuan.kernel import service as kernel  # noqa: E402
from ziyuan.kernel.identity.signin import actor_of  # noqa: E402
from ziyuan.workflow import service as workflow  # noqa: E402
from ziyuan.workflow.cases import receive, versions  # noqa: E402
from ziyuan.workflow.cases import runtime as runtimes  # noqa: E402
from ziyuan.workflow.cases.lock import taking  # noqa: E402
from ziyuan.workflow.effects import registry  # noqa: E402
from ziyuan.workflow.models import Case, Task  # noqa: E402
from ziyuan.workflow.tasks import act as acts  # noqa: E402

FEIXI = "340123"
ACTIONS = ("agree", "agree", "agree", "agree", "recall", "return", "release", "claim")
REPEATED = 0.2  # share of commands sent twice at once, as when an answer was lost


def _hold(order: registry.Order) -> str:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_quota (key, case_no) VALUES (%s, %s)", [order.key, order.state["case"]["no"]])
    return order.key


def _release(target: str, case_no: str, by: kernel.Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM test_quota WHERE key = %s", [target])


def _proof(target: str, case_no: str, by: kernel.Actor) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM test_quota WHERE key = %s", [target])
        return "" if cursor.fetchone() else "指标没有占用"


def publish(folder: Path) -> runtimes.Runtime:
    """In this process the matter runs on the texts of the folder, with the book of quota as an effect."""
    registry.register("test.quota", _hold, _release, _proof)
    matter = kernel.matter("use_control/site_review")
    told = yaml.safe_load((folder / "matter.yaml").read_text(encoding="utf-8"))
    made = runtimes.compiled(kernel.Matter(matter.id, matter.pack, folder, told))
    for module in (versions, receive):
        module.runtime = lambda key: made  # type: ignore[attr-defined]
    return made


def work(folder: str, book: str, cases: list[int], again: list[dict[str, Any]], seed: int, guarded: bool, most: int) -> None:
    """Carry out `again`, then random commands (at most `most`), until somebody kills this process."""
    connections.close_all()
    publish(Path(folder))
    if not guarded:
        acts.taking = lambda case, command: taking(case, "")  # type: ignore[attr-defined]
    chance = random.Random(seed)
    people = [
        actor_of(kernel.people(role=role, region=FEIXI)[0], kernel.now()) for role in ("county_clerk", "county_chief")
    ]
    with open(book, "a", buffering=1, encoding="utf-8") as lines:
        for told in again:
            _once(lines, people, told, chance)
        for _ in range(most):
            told = {"id": uuid.UUID(int=chance.getrandbits(128)).hex, "case": chance.choice(cases)}
            told |= {"action": chance.choice(ACTIONS)}
            told["who"] = _holder(people, told["case"]) ^ (told["action"] == "recall")
            _write(lines, {"try": told})
            _once(lines, people, told, chance)


def _holder(people: list[kernel.Actor], case: int) -> int:
    """Whose turn it is now, as far as one can know while others act too."""
    with kernel.acting(kernel.system_actor()):
        holder = Task.objects.filter(case=case, state="open").order_by("number").values_list("holder", flat=True).first()
    return int(people[1].person == holder)


def _once(lines: Any, people: list[kernel.Actor], told: dict[str, Any], chance: random.Random) -> None:
    """One command, sometimes twice; what the platform answered is a line."""
    try:
        for _ in range(2 if chance.random() < REPEATED else 1):
            by = people[told["who"]]
            workflow.act(by, told["case"], told["action"], opinion="意见", command=told["id"])
        _write(lines, {"done": told["id"]})
    except ZiyuanError:
        _write(lines, {"refused": told["id"]})


def _write(lines: Any, told: dict[str, Any]) -> None:
    lines.write(json.dumps(told) + "\n")
    lines.flush()


def waiting_case(rt: runtimes.Runtime, no: str) -> int:
    """A case at its first task, without a map behind it."""
    from ziyuan.workflow.cases.journal import GENESIS, Journal
    from ziyuan.workflow.cases.moving import by_itself

    by = kernel.system_actor()
    told = {
        "no": no, "outer_no": no, "matter": rt.matter.key, "title": "杀进程", "applicant": "示例", "submitter": None,
        "county": FEIXI, "counties": [FEIXI], "submitted": kernel.now().isoformat(), "version": rt.version,
    }  # fmt: skip
    with kernel.acting(by):
        case = Case(outer_no=no, matter=rt.matter.key, version=rt.version, seq=0, head=GENESIS)
        journal = Journal(case, by)
        form = {"reviewers": [], "project_level": "county"}
        journal.add("opened", {"case": told, "form": form, "site": None, "papers": []})
        by_itself(rt, journal, "started", rt.graph.start(rt.values(journal.state), now=kernel.now(), decide=rt.decide))
        return int(journal.save().pk)


def migrate(folder: str, book: str, number: int, guarded: bool) -> None:
    """Run a signed order of migration, until somebody kills this process; the book says how far it has come.

    Not guarded, the line of a case is closed in a transaction of its own, and the process dies before the case moves.
    """
    from ziyuan.workflow.migrating import run as running

    connections.close_all()
    publish(Path(folder))
    if not guarded:
        running._line = _apart  # type: ignore[assignment]
    Path(book).write_text("begun", encoding="utf-8")
    running.run_order(number, lambda done, _: Path(book).write_text(f"begun {done}", encoding="utf-8") and None)


def _apart(by: kernel.Actor, order: Any, key: int) -> None:
    from ziyuan.workflow.migrating import run as running

    with kernel.acting(by):
        running._close(running.MigrationLine.objects.get(pk=key), running.MOVED, "")
    os._exit(9)
