"""One step of a case beside SpiffWorkflow and bpmn-engine, on one durable PostgreSQL; returns, a large joint review.

Run: `python bench/case_step.py [--cases 16] [--runs 5] [--parts line returns seats] [--peers FOLDER]`. It starts a server
of its own (fsync on). Ours is the real act (`workflow.service.act`): rights, row security, events, hash chain, audit,
outbox. A peer loads its state from a row, advances, serialises, updates, commits.
The peers are installed from their registries into a throw-away environment (kept in FOLDER when one is named).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from itertools import islice
from pathlib import Path
from typing import Any

import matters
from harness import folder, machine, percentile
from own_server import served

from ziyuan.site import lasting

HERE = Path(__file__).resolve().parent
COUNTIES = 16
SEATS = 120
ROUNDS = 30
STEPS = matters.STEPS - 1  # the last step decides, which the peers know nothing of
Peers = dict[str, list[str]]


# -- processes that work -----------------------------------------------------------------------------------


def together(argv: list[str], orders: list[dict[str, Any]]) -> tuple[float, list[dict[str, Any]]]:
    """A process for each order, begun at one moment when all are ready: seconds until the last is done, and the answers."""
    children = [subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in orders]
    for child, order in zip(children, orders, strict=True):
        child.stdin.write(json.dumps(order) + "\n")  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]
    for child in children:
        if (said := child.stdout.readline()) != "ready\n":  # type: ignore[union-attr]
            raise SystemExit(f"没有准备好:{argv} {said}")
    start = time.perf_counter()
    for child in children:
        child.stdin.write("go\n")  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]
    answers = [json.loads(child.stdout.readline()) for child in children]  # type: ignore[union-attr]
    took = time.perf_counter() - start
    for child in children:
        child.wait()
    return took, answers


def work() -> None:
    """A process of ours: act on each case in turn, again and again; the seconds of each act."""
    import django

    order = json.loads(sys.stdin.readline())
    django.setup()
    from ziyuan.kernel import service as kernel
    from ziyuan.workflow import service as workflow
    from ziyuan.workflow.cases.runtime import runtime

    runtime(order["matter"])
    known = {user: actor(user) for user in {user for _, user in order["cases"]}}
    for by in known.values():
        with kernel.acting(by):
            kernel.people(role="county_clerk", region=by.region)
    lasting.settle()  # as the node's own processes do
    print("ready", flush=True)
    sys.stdin.readline()
    took = []
    for _ in range(order["steps"]):
        for case, user in order["cases"]:
            start = time.perf_counter()
            workflow.act(known[user], case, "agree", opinion="同意。", command=uuid.uuid4().hex)
            took.append(time.perf_counter() - start)
    print(json.dumps({"took": took}))


def actor(user: str) -> Any:
    from ziyuan.kernel import service as kernel

    return kernel.actor_of(kernel.Person.objects.get(user=user), kernel.now())


# -- peers -------------------------------------------------------------------------------------------------


def installed(place: Path) -> Peers:
    """The peers that could be installed, and how each is run."""
    found: Peers = {}
    python = place / "python" / "bin" / "python"
    wanted = HERE / "peers" / "requirements.txt"
    if _tried("SpiffWorkflow", [sys.executable, "-m", "venv", str(place / "python")], lambda: python.exists()) and _tried(
        "SpiffWorkflow", [str(python), "-m", "pip", "install", "-q", "-r", str(wanted)]
    ):
        found["SpiffWorkflow"] = [str(python), str(HERE / "peers" / "spiff.py")]
    for name in ("package.json", "engine.mjs"):
        shutil.copy(HERE / "peers" / name, place / name)
    if _tried("bpmn-engine", ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place)],
              lambda: (place / "node_modules" / "bpmn-engine").exists()):  # fmt: skip
        found["bpmn-engine"] = ["node", str(place / "engine.mjs")]
    return found


def _tried(name: str, argv: list[str], there: Any = lambda: False) -> bool:
    if there():
        return True
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError as absent:
        print(f"{name} 未能安装({absent}),不比较。", flush=True)
        return False
    if done.returncode:
        print(f"{name} 未能安装,不比较:{(done.stderr or done.stdout).strip()[-300:]}", flush=True)
    return done.returncode == 0


# -- our cases ---------------------------------------------------------------------------------------------


class Ours:
    """People of sixteen counties, and cases opened by dispatch."""

    def __init__(self) -> None:
        from ziyuan.kernel import service as kernel
        from ziyuan.kernel.identity.people import add_person
        from ziyuan.kernel.identity.sample import SINCE, organ_of

        self.kernel = kernel
        free = (r.code for r in kernel.regions() if r.level == "county" and not kernel.people("county_clerk", r.code))
        self.counties = list(islice(free, COUNTIES))
        self.by = kernel.system_actor("测速")
        self.serial = 0
        for county in self.counties:
            add_person(f"clerk-{county}", "测速经办", organ_of(county), "pw", ["county_clerk"], SINCE)
        self.chiefs = [
            add_person(f"chief-{n}", f"测速席位{n}", organ_of(self.counties[0]), "pw", ["county_chief"], SINCE).pk
            for n in range(SEATS)
        ]

    def open(self, matter: str, counties: list[str], form: dict[str, Any]) -> list[tuple[int, str]]:
        """A case in each of the counties: (case, clerk of its county)."""
        from ziyuan.workflow.dispatching.dispatch import Row, dispatch
        from ziyuan.workflow.models import Case

        self.serial += 1
        rows = [Row(n, f"B{self.serial}-{n}", county, form) for n, county in enumerate(counties, start=1)]
        report = dispatch(self.by, f"{matters.PACK}/{matter}", rows)
        if report.faults:
            raise SystemExit(f"没有开立:{report.faults[:3]}")
        with self.kernel.acting(self.by):
            found = dict(Case.objects.filter(outer_no__startswith=f"B{self.serial}-").values_list("outer_no", "pk"))
            return [(found[row.no], f"clerk-{row.county}") for row in rows]

    def stored(self, case: int) -> dict[str, int]:
        """Bytes of a case's state in its row, and of its task rows beside it."""
        from django.db import connection

        with self.kernel.acting(self.by), connection.cursor() as cursor:
            cursor.execute(
                "SELECT octet_length(state::text) + octet_length(brought::text), pg_column_size(state) + pg_column_size(brought),"
                " (SELECT sum(octet_length(told::text)) FROM workflow_task WHERE case_id = c.id)"
                " FROM workflow_case c WHERE id = %s",
                [case],
            )
            return dict(zip(("state", "stored", "tasks"), map(int, cursor.fetchone()), strict=True))


# -- the measurements --------------------------------------------------------------------------------------


def spread(values: list[float], digits: int = 2) -> str:
    return f"{statistics.median(values):.{digits}f}({min(values):.{digits}f}–{max(values):.{digits}f})"


def line(ours: Ours, peers: Peers, connect: dict[str, Any], cases: int, runs: int) -> None:
    """The line of twenty tasks, one process and four, sixteen counties and one; then state and p99."""
    told = {"bpmn": matters.of_steps(), "form": matters.FORM, "connect": connect, "steps": STEPS}
    one, many = ours.counties[:1] * cases, [ours.counties[n % COUNTIES] for n in range(cases)]
    found: dict[tuple[str, int], list[float]] = {}
    every: dict[str, list[float]] = {}
    bytes_of: dict[str, int] = {}
    key = 0
    for _ in range(runs):
        for processes in (1, 4):
            for name, counties in (("本平台,16 县", many), ("本平台,一个县", one)):
                opened = ours.open("steps", counties * processes, matters.FORM)
                order = {"matter": f"{matters.PACK}/steps", "steps": STEPS}
                orders = [{**order, "cases": opened[n::processes]} for n in range(processes)]
                took, answers = together([sys.executable, __file__, "--work"], orders)
                _note(found, every, name, processes, took, answers)
                bytes_of[name] = ours.stored(opened[0][0])["state"]
            for name, argv in peers.items():
                ids = [list(range(key + n * cases, key + (n + 1) * cases)) for n in range(processes)]
                key += cases * processes
                together(argv, [{**told, "do": "prepare", "ids": [i for part in ids for i in part]}])
                took, answers = together(argv, [{**told, "do": "run", "ids": part} for part in ids])
                _note(found, every, name, processes, took, answers)
                bytes_of[name] = answers[0]["bytes"]
    _line_table(found, every)
    print("\n| 状态(第 19 步之后,字节) | |\n|---|---|")
    for name, size in bytes_of.items():
        print(f"| {name} | {size} |")
    print(f"| 另:任务行(完整记载) | {ours.stored(opened[0][0])} |", flush=True)


def _note(
    found: dict[tuple[str, int], list[float]], every: dict[str, list[float]], name: str, processes: int, took: float,
    answers: list[dict[str, Any]],
) -> None:  # fmt: skip
    steps = [value for answer in answers for value in answer["took"]]
    found.setdefault((name, processes), []).append(len(steps) / took)
    every.setdefault(f"{name}/{processes}", []).extend(steps)


def _line_table(found: dict[tuple[str, int], list[float]], every: dict[str, list[float]]) -> None:
    print("\n| 方法 | 进程 | 步/秒,中位(最小–最大) | 每步毫秒 中位 | p99 | 与 SpiffWorkflow 之比 |\n|---|---|---|---|---|---|")
    for (name, processes), rates in found.items():
        values, peer = every[f"{name}/{processes}"], found.get(("SpiffWorkflow", processes))
        ratio = f"{statistics.median(a / b for a, b in zip(rates, peer, strict=True)):.2f}" if peer else ""
        print(
            f"| {name} | {processes} | {spread(rates, 0)} | {statistics.median(values) * 1e3:.2f}"
            f" | {percentile(values, 0.99) * 1e3:.1f} | {ratio} |", flush=True
        )  # fmt: skip


def returns(ours: Ours, peers: Peers, connect: dict[str, Any], runs: int) -> None:
    """A return to the first of three tasks and the way back, thirty times: the last rounds beside the first."""
    from ziyuan.workflow import service as workflow

    rates, sizes = [], []
    for _ in range(runs):
        (case, user), *_rest = ours.open("patch", ours.counties[:1], {"patch_no": "P1"})
        by, took = actor(user), []
        for _step in range(2):
            workflow.act(by, case, "agree", opinion="同意。")
        before = ours.stored(case)["state"]
        for _round in range(ROUNDS):
            start = time.perf_counter()
            workflow.act(by, case, "return", opinion="退回。", to="step_01")
            workflow.act(by, case, "agree", opinion="同意。")
            took.append(time.perf_counter() - start)
        rates.append(statistics.median(took[-5:]) / statistics.median(took[:5]))
        sizes.append(ours.stored(case)["state"] / before)
    print(f"\n| {ROUNDS} 次退回之后一轮与之前之比 | 用时 | 状态 |\n|---|---|---|\n| 本平台 | {spread(rates)} | {spread(sizes)} |")
    if "SpiffWorkflow" in peers:
        rates, sizes = [], []
        for number in range(runs):
            order = {"do": "rounds", "bpmn": matters.of_steps(3), "form": {"patch_no": "P1"}, "connect": connect, "steps": 3,
                     "rounds": ROUNDS, "first": "step_01", "ids": [10**9 + number]}  # fmt: skip
            answer = together(peers["SpiffWorkflow"], [order])[1][0]
            rates.append(statistics.median(answer["took"][-5:]) / statistics.median(answer["took"][:5]))
            sizes.append(answer["sizes"][-1] / answer["sizes"][0])
        print(f"| SpiffWorkflow | {spread(rates)} | {spread(sizes)} |", flush=True)


def seats(ours: Ours, runs: int) -> None:
    """A joint review of 12 and of 120 seats: fan-out and every vote, each its own durable step."""
    from ziyuan.workflow import service as workflow
    from ziyuan.workflow.models import Task

    print("\n| 会签席位 | 展开与全部表决(秒),中位(最小–最大) | 每票毫秒 | 票数 |\n|---|---|---|---|")
    for count in (SEATS // 10, SEATS):
        totals, votes, told = [], [], 0
        chiefs = [ours.kernel.actor_of(ours.kernel.Person.objects.get(pk=pk), ours.kernel.now()) for pk in ours.chiefs[:count]]
        for _ in range(runs):
            form = {"name": "会签", "reviewers": ",".join(map(str, ours.chiefs[:count]))}
            (case, user), *_rest = ours.open("seats", ours.counties[:1], form)
            by = actor(user)
            start = time.perf_counter()
            workflow.act(by, case, "agree", opinion="同意。", command=uuid.uuid4().hex)
            for chief in chiefs:
                begun = time.perf_counter()
                workflow.act(chief, case, "agree", opinion="同意。", command=uuid.uuid4().hex)
                votes.append(time.perf_counter() - begun)
            totals.append(time.perf_counter() - start)
            with ours.kernel.acting(ours.by):
                done = Task.objects.filter(case=case, node="review", state="done")
                told = done.values("holder").distinct().count()
                if (told, Task.objects.filter(case=case, node="sign").count()) != (count, 1):
                    raise SystemExit("有票丢失或重复")
        print(f"| {count} | {spread(totals, 3)} | {statistics.median(votes) * 1e3:.2f} | {told} |", flush=True)


PARTS = ("line", "returns", "seats")


def main() -> None:
    parser = argparse.ArgumentParser(description="案件一步的测速,与 SpiffWorkflow、bpmn-engine 对照")
    parser.add_argument("--cases", type=int, default=16, help="每个进程的案件数")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--peers", type=Path, help="对照环境留在此处,下次再用")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        return work()
    print(machine())
    with folder(asked.peers) as place, served(matters.PACK, matters.pack()) as connect:
        peers = installed(place) if {"line", "returns"} & set(asked.parts) else {}
        ours = Ours()
        lasting.settle()
        parts = {
            "line": lambda: line(ours, peers, connect, asked.cases, asked.runs),
            "returns": lambda: returns(ours, peers, connect, asked.runs),
            "seats": lambda: seats(ours, asked.runs),
        }
        for name in asked.parts:
            parts[name]()
        print(f"\n结束时负载 {os.getloadavg()[0]:.1f}")
    return None


if __name__ == "__main__":
    main()
