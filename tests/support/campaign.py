"""A campaign of kills: clients walk the story over HTTP while processes die and come back.

Every step carries a command id and is repeated with it until it is acknowledged; each acknowledged step is remembered
in a ledger, against which `tests/support/reckoning` counts afterwards what really stands in the databases.
"""

import http.client
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import story
from tests.support.durable import Server
from tests.support.nodes import Nodes
from ziyuan.site.sample.client import Client
from ziyuan.site.sample.errors import NodeRefused, NodeSilent

DATABASE = "database"
WEIGHTS = {
    "inner-web": 4,
    "inner-worker": 3,
    DATABASE: 3,
    "inner-exchange": 2,
    "outer-exchange": 2,
    "outer-web": 3,
    "outer-worker": 1,
    "ferry": 2,
}
PATIENCE = 240.0  # seconds until a step that is not acknowledged counts as lost
LOST_ANSWER = 0.15  # share of steps whose answer the client pretends not to have got
LATE_REPEAT = 0.5  # share of steps that are sent once more when everything is over


class Lost(Exception):
    """A step that was never acknowledged, or whose repeat was refused."""


@dataclass
class Ledger:
    """What clients were told is done."""

    submitted: dict[str, int] = field(default_factory=dict)  # application number → draft
    acts: Counter[tuple[str, str]] = field(default_factory=Counter)  # (application number, act)
    finished: dict[str, str] = field(default_factory=dict)  # application number → result
    deliveries: set[int] = field(default_factory=set)
    accepted: set[int] = field(default_factory=set)
    drafts: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)  # steps in flight when something was killed
    repeats: int = 0
    died: Counter[str] = field(default_factory=Counter)  # ended by themselves, brought back

    def told(self) -> str:
        """One line for the report of a run."""
        return (
            f"kills {dict(self.kills)}; steps in flight {dict(self.caught)}; repeats {self.repeats}; "
            f"died by themselves {dict(self.died)}; applications {len(self.submitted)}, decided {len(self.finished)}, "
            f"deliveries {len(self.deliveries)}, accepted {len(self.accepted)}"
        )


class Campaign:
    """`run(kills)` once or more on one pair of nodes; the ledger adds up."""

    def __init__(self, nodes: Nodes, server: Server, packages: list[tuple[Path, str]], county: str, seed: int) -> None:
        self.nodes, self.server, self.packages, self.county = nodes, server, packages, county
        self.chance = random.Random(seed)
        self.ledger = Ledger()
        self.accounts = {a["user"]: a for a in nodes.accounts()}
        self._lock = threading.Lock()
        self._flying: Counter[str] = Counter()
        self._late: list[tuple[str, Callable[[], Any]]] = []
        self._stop = threading.Event()
        self._turn = 0

    # --- the driver

    def run(self, kills: int, applicants: int = 3) -> Ledger:
        """Kill `kills` times while clients work; then let them finish, repeat late, and come to rest."""
        self._stop.clear()
        roles = [self._delivering, *([self._applying] * applicants)]
        seeds = [self.chance.randrange(1 << 30) for _ in roles]
        threads = [threading.Thread(target=self._guarded, args=(role, seed)) for role, seed in zip(roles, seeds, strict=True)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(kills):
                self._kill_once()
        finally:
            self._stop.set()
        while any(thread.is_alive() for thread in threads):
            self._keep_alive()
            time.sleep(0.2)
        for name, call in self._late:
            self._once_more(name, call)
        self._late = []
        self._rest()
        return self.ledger

    def _kill_once(self) -> None:
        """At a seeded moment, mostly while a step is in flight: kill -9, bring back at once."""
        self._watch(self.chance.uniform(0.5, 4.0))
        end = time.monotonic() + 3.0
        while not +self._flying and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(self.chance.choice((0.0, 0.01, 0.05, 0.15, 0.4)) * self.chance.random())
        victim = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.ledger.kills[victim] += 1
        with self._lock:
            self.ledger.caught.update({name for name, n in self._flying.items() if n > 0})
        if victim == DATABASE:
            self.server.kill()
            time.sleep(self.chance.uniform(0.0, 1.0))
            self.server.start()
        else:
            self.nodes.kill(victim)
            self._watch(self.chance.uniform(0.1, 0.6))
            self.nodes.start(victim)

    def _watch(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._keep_alive()
            time.sleep(0.1)

    def _keep_alive(self) -> None:
        """As the supervisor does: what ended by itself is started again."""
        for process in self.nodes.processes():
            child = self.nodes.running[process]
            if child.poll() is not None and child.returncode != -9:
                self.ledger.died[process] += 1
                self.nodes.start(process)

    def _rest(self) -> None:
        """Everything that has to follow has followed: no job waits, no package is on its way."""
        from tests.support.reckoning import restless

        end = time.monotonic() + PATIENCE
        while (waiting := restless(self.nodes)) and time.monotonic() < end:
            self._keep_alive()
            time.sleep(0.5)
        self.ledger.faults += [f"never came to rest: {what}" for what in waiting]

    # --- one step

    def _do(self, name: str, call: Callable[[], Any], *, repeat: bool = True, chance: random.Random) -> Any:
        """Repeat a step until it is acknowledged; sometimes once more, as when its answer was lost."""
        with self._lock:
            self._flying[name] += 1
        try:
            answer = self._until_answered(name, call)
        finally:
            with self._lock:
                self._flying[name] -= 1
        if repeat and chance.random() < LOST_ANSWER:
            self.ledger.repeats += 1
            answer = self._until_answered(f"{name}, repeated", call)
        if repeat and chance.random() < LATE_REPEAT:
            self._late.append((name, call))
        return answer

    def _until_answered(self, name: str, call: Callable[[], Any]) -> Any:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return call()
            except NodeRefused as refused:
                if refused.status_given < 500:
                    raise Lost(f"{name}: {refused}") from refused
                last: Exception = refused
            except (NodeSilent, OSError, http.client.HTTPException, ValueError) as silent:
                last = silent
            if time.monotonic() > end:
                raise Lost(f"{name}: never acknowledged, last {last!r}")
            time.sleep(0.2)

    def _once_more(self, name: str, call: Callable[[], Any]) -> None:
        self._keep_alive()
        self.ledger.repeats += 1
        try:
            self._until_answered(f"{name}, repeated late", call)
        except Lost as lost:
            self.ledger.faults.append(str(lost))

    def _guarded(self, role: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop.is_set():
            try:
                role(chance)
            except (Lost, AssertionError) as lost:
                self.ledger.faults.append(str(lost))
                if len(self.ledger.faults) > 20:
                    return

    def _person(self, user: str) -> Client:
        account = self.accounts[user]
        url = self.nodes.url(account["node"])
        return self._until_answered("sign in", lambda: Client(url, user, account["password"]))

    def _wait(self, name: str, ask: Callable[[], Any]) -> Any:
        """Until something that must follow has followed."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self._until_answered(name, ask)
            if answer:
                return answer
            time.sleep(0.25)
        raise Lost(f"{name}: did not follow in {PATIENCE:.0f} s")

    # --- what clients do

    def _delivering(self, chance: random.Random) -> None:
        """A county delivers a year, the city forwards, the province accepts."""
        self._turn += 1
        package, year = self.packages[self._turn % len(self.packages)]
        officer, city, province = (self._person(u) for u in (f"data{self.county}", "data340100", "data340000"))
        command = uuid.UUID(int=chance.getrandbits(128)).hex
        fields = {"county": self.county, "period": year, "command": command}
        made = self._do("deliver", lambda: officer.upload("/api/deliveries", package, **fields), chance=chance)
        number = made["id"]
        self.ledger.deliveries.add(number)
        path = f"/api/deliveries/{number}"
        state = self._wait("check", lambda: (s := officer.get(path)["state"]) in ("review", "returned", "sealed") and s)
        if state != "review":
            raise Lost(f"check: delivery {number} is {state}")
        for who, act in ((city, "forward"), (province, "accept")):
            body = {"opinion": "同意。", "command": f"{act}-{command}"}
            self._do(act, lambda who=who, act=act, body=body: who.post(f"{path}/actions/{act}", body), chance=chance)
        self.ledger.accepted.add(number)

    def _applying(self, chance: random.Random) -> None:
        """One application from draft to rating."""
        company = self._person("company")

        def command() -> str:
            return uuid.UUID(int=chance.getrandbits(128)).hex

        def do(name: str, path: str, body: dict[str, Any], who: Client = company) -> Any:
            body = {**body, "command": command()}
            return self._do(name, lambda: who.post(path, body), chance=chance)

        draft = do("begin", "/api/applications", {"matter": "use_control/site_review"})["id"]
        self.ledger.drafts.add(draft)
        path = f"/api/applications/{draft}"
        self._fill(company, path, chance)
        number = do("submit", f"{path}/submit", {})["no"]
        self.ledger.submitted[number] = draft
        result = self._decide(number, company, path, do, chance)
        self._wait(f"paper of {number}", lambda: company.get(path)["documents"])
        do("rate", f"{path}/rating", {"level": 5})
        self.ledger.acts[number, "rated"] += 1
        self.ledger.finished[number] = result

    def _fill(self, company: Client, path: str, chance: random.Random) -> None:
        """Form, site and papers; each of these replaces what was there, so a repeat needs no command."""
        east, north = 39510000 + chance.randrange(0, 4000, 100), 3507000 + chance.randrange(0, 4000, 100)
        txt = story.boundary(east, north)
        once = {"repeat": False, "chance": chance}
        self._do("form", lambda: company.put(f"{path}/form", story.form()), **once)
        read = self._do("site", lambda: company.upload(f"{path}/site", ("界址点.txt", txt)), **once)
        self._do("confirm", lambda: company.post(f"{path}/site/confirm", {"confirm": read["confirm"]}), **once)
        for kind in ("application", "basis", "saving_report", "farmland_proof", "redline_proof"):
            body = story.PDF + f"{kind}{chance.random()}".encode()
            self._do("paper", lambda k=kind, b=body: company.upload(f"{path}/papers", (f"{k}.pdf", b), kind=k), **once)

    def _decide(self, number: str, company: Client, path: str, do: Callable[..., Any], chance: random.Random) -> str:
        """Correction now and then, a return now and then, refusal now and then; else agreed by all three levels."""
        users = (f"clerk{self.county}", "review340100", "chief340000")
        clerk, city, chief = (self._person(u) for u in users)
        found = self._wait(f"case of {number}", lambda: clerk.get("/api/cases", q=number)["items"])
        case = found[0]["id"]

        def act(who: Client, action: str, **more: Any) -> None:
            told = self._wait(f"{action} of {number} offered", lambda: self._offer(who, case, action))
            body = {"task": told["task"], "opinion": "同意。", **more}
            do(action, f"/api/cases/{case}/actions/{action}", body, who)
            self.ledger.acts[number, action] += 1

        if chance.random() < 0.4:
            items = [{"kind": "paper", "target": "saving_report", "text": "请补充论证"}]
            act(clerk, "correct", items=items)
            self._wait(f"correction of {number}", lambda: company.get(path)["state"] == "correcting")
            do("answer", f"{path}/answer", {})
            self.ledger.acts[number, "answer"] += 1
        if chance.random() < 0.15:
            act(clerk, "refuse", opinion="不符合规划。")
            return "refused"
        act(clerk, "agree")
        if chance.random() < 0.3:
            act(city, "return", opinion="请核对材料。")
            act(clerk, "agree")
        act(city, "agree")
        if chance.random() < 0.15:
            act(chief, "refuse", opinion="不符合规划。")
            return "refused"
        act(chief, "agree")
        return "granted"

    def _offer(self, who: Client, case: int, action: str) -> dict[str, Any] | None:
        told = who.get(f"/api/cases/{case}")
        return next((a for a in told["actions"] if a["id"] == action and a["enabled"]), None)
