"""A matter ready to run: its process graph, decisions, form and limits, read once from the pack's text."""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from ziyuan.base import canonical
from ziyuan.base.feel import wire
from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases import facts
from ziyuan.workflow.decisions import Decision, Outcome
from ziyuan.workflow.engine import Graph
from ziyuan.workflow.people import lists


@dataclass(frozen=True)
class Runtime:
    """What a case of one matter version runs on."""

    matter: kernel.Matter
    graph: Graph
    decisions: dict[str, Decision]
    form: dict[str, Any]
    version: str
    _last: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list, compare=False, repr=False)

    def decide(self, name: str, values: dict[str, Any]) -> Outcome:
        """Evaluate one of the matter's decisions over the case's variables."""
        return self.decisions[name].evaluate(name, values)

    def values(self, state: dict[str, Any], acting: lists.Acting | None = None) -> dict[str, Any]:
        """What process, decisions and conditions of a case may read: the matter's `facts`, then what the process set, then
        the lists of `people`. `acting` is the task that an act finishes and who does it: he is the last who acted."""
        found, people = self._found(state), self.matter.told.get("people")
        return {**found, **lists.read(people, state, {**facts.read(state), **found}, acting)} if people else dict(found)

    def _found(self, state: dict[str, Any]) -> dict[str, Any]:
        """Facts and variables of a state; an act asks several times of one."""
        known = self._last[0] if self._last else None
        if known is None or known[0] is not state:
            texts = self.matter.told.get("facts")
            known = state, {**(facts.evaluate(texts, facts.read(state)) if texts else {}), **wire.decode(state["vars"])}
            self._last[:] = [known]
        return known[1]

    def limits(self, day: date) -> tuple[int, int]:
        """(statutory, promised) working days in force on `day`."""
        due = self.matter.told["due"]
        return int(figure(due["statutory"], day)), int(figure(due["promised"], day))

    def result(self, name: str) -> dict[str, Any]:
        """The declared result (granted, refused …)."""
        return self.matter.told["results"][name]

    def policy(self, name: str) -> str:
        """How the matter wants a question of people settled; the careful answer where it says nothing."""
        return str(self.rule(name))

    def rule(self, name: str) -> Any:
        """As `policy`, where the answer may name a post or a basis."""
        careful = {"nobody_found": "stop", "same_person_twice": "ask", "own_application": "forbid", "overdue": "head"}
        careful |= {"holder_leaves": "successor", "recall": "undone"}
        return self.matter.told.get("policies", {}).get(name, careful[name])


def figure(name: str, day: date) -> Any:
    """A dated figure of law by its parameter name."""
    return kernel.parameter(name).on(day)


@cache
def runtime(key: str) -> Runtime:
    """The runtime of the matter `pack/matter`. Raises UnknownMatter, PackFault, BpmnRefused."""
    return compiled(kernel.matter(key))


def compiled(matter: kernel.Matter) -> Runtime:
    """The runtime of a matter's folder. Raises the located fault of the first text that does not read."""
    folder, told = matter.folder, matter.told
    decisions = {}
    for name in told.get("decisions", []):
        model = Decision.load(folder / name)
        decisions.update(dict.fromkeys(model.decisions, model))
    form = json.loads((folder / told["form"]).read_text(encoding="utf-8"))
    return Runtime(
        matter, Graph.load(folder / told["process"]), decisions, form, version_of(texts_of(matter))
    )


def texts_of(matter: kernel.Matter) -> dict[str, str]:
    """Every text a case of the matter runs on, by its path in the folder; examples are not among them."""
    paths = [p for p in sorted(matter.folder.rglob("*")) if p.is_file()]
    names = {p.relative_to(matter.folder).as_posix(): p for p in paths}
    return {name: p.read_bytes().decode() for name, p in names.items() if not name.startswith("examples/")}


def version_of(texts: dict[str, str]) -> str:
    """SM3 over the texts: what a case is pinned to."""
    return canonical.digest("matter-version", {name: text.encode() for name, text in texts.items()}).hex()
