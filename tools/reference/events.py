"""docs/reference/events.md: what is announced, with which facts, from where, and who follows."""

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tools.reference.common import SOURCE, calls, trees, where

HEAD = """事件写在发生它的同一个事务里(`kernel.announce`),由后台任务交给各接收者,每个接收者恰好生效一次(收据与其工作同一事务)。
“跨网”表示该事件由交换包带到另一个节点(`exchange/crossing.py`)。名称中的〈〉是运行时填入的部分。

"""


@dataclass
class Told:
    """An event as the code announces it."""

    facts: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _pattern(name: ast.expr) -> str:
    if isinstance(name, ast.Constant):
        return str(name.value)
    parts = name.values if isinstance(name, ast.JoinedStr) else [name]
    shown = []
    for part in parts:
        told = ast.unparse(part.value).rsplit(".", 2) if isinstance(part, ast.FormattedValue) else []
        shown.append(str(part.value) if isinstance(part, ast.Constant) else f"〈{'.'.join(told[-2:])}〉")
    return "".join(shown)


def _named(name: ast.expr, function: ast.FunctionDef, path: Path) -> list[tuple[str, set[str]]]:
    """(event, facts given by the caller) of an announcement: a name made of a parameter is looked up at the callers."""
    held = [
        p.value.id
        for p in getattr(name, "values", [])
        if isinstance(p, ast.FormattedValue) and isinstance(p.value, ast.Name)
    ]
    arguments = [a.arg for a in function.args.args]
    if len(held) != 1 or held[0] not in arguments:
        return [(_pattern(name), set())]
    at = arguments.index(held[0])
    near = [trees()[path]] if function.name.startswith("_") else trees().values()
    return [
        (_pattern(name).replace(f"〈{held[0]}〉", call.args[at].value), {k.arg for k in call.keywords if k.arg})
        for tree in near
        for call in calls(tree, function.name)
        if len(call.args) > at and isinstance(call.args[at], ast.Constant) and isinstance(call.args[at].value, str)
    ]


def _facts(call: ast.Call, function: ast.FunctionDef, given: set[str]) -> set[str]:
    """Keywords of the announcement; of `**facts` the keys of the dictionary built above it, or what the callers give."""
    found = {k.arg for k in call.keywords if k.arg}
    for spread in (k.value for k in call.keywords if k.arg is None):
        if function.args.kwarg and ast.unparse(spread) == function.args.kwarg.arg:
            found |= given
        for node in ast.walk(function):
            target = (
                node.target
                if isinstance(node, ast.AnnAssign)
                else node.targets[0]
                if isinstance(node, ast.Assign)
                else None
            )
            value = getattr(node, "value", None)
            if target is not None and ast.unparse(target) == ast.unparse(spread) and isinstance(value, ast.Dict):
                found |= {str(k.value) for k in value.keys if isinstance(k, ast.Constant)}
    return found


def announced() -> dict[str, Told]:
    """Every event by name."""
    found: dict[str, Told] = defaultdict(Told)
    for path, tree in trees().items():
        for function in _functions(tree):
            for call in [*calls(function, "announce"), *calls(function, "announced_beside")]:
                for name, given in _named(call.args[0], function, path) if call.args else []:
                    found[name].facts |= _facts(call, function, given)
                    found[name].places.add(where(path))
    return found


def crossing() -> set[str]:
    """Events that the exchange carries."""
    tree = trees()[SOURCE / "exchange" / "crossing.py"]
    keys = [k.value for n in ast.walk(tree) if isinstance(n, ast.Dict) for k in n.keys if isinstance(k, ast.Constant)]
    return {k for k in keys if isinstance(k, str) and "." in k}


def listeners() -> dict[str, set[str]]:
    """Event → functions that follow it by `kernel.listens`."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees().items():
        for function in _functions(tree):
            for call in (
                d
                for d in function.decorator_list
                if isinstance(d, ast.Call) and ast.unparse(d.func).endswith("listens")
            ):
                for name in call.args:
                    found[_pattern(name)].add(f"{where(path)} {function.name}")
    return found


def of_packs() -> list[tuple[str, Path]]:
    """Events that packs declare to announce."""
    return [
        (name, path)
        for path in sorted(SOURCE.glob("packs/*/pack.yaml"))
        for name in (yaml.safe_load(path.read_text(encoding="utf-8")).get("events") or {}).get("announces", [])
    ]


def page() -> tuple[str, list[str]]:
    """The table; a carried or followed event that nobody announces is a fault."""
    told, carried, followed = announced(), crossing(), listeners()
    names = {name for name, _ in of_packs()}
    faults = [
        f"事件 {name} 有接收者或由交换带出,但没有程序发布"
        for name in sorted((carried | followed.keys()) - told.keys() - names)
    ]
    rows = []
    for name in sorted(told):
        event = told[name]
        facts = "、".join(f"`{f}`" for f in sorted(event.facts)) or "—"
        who = "、".join(f"`{w}`" for w in sorted(followed.get(name, ()))) or "—"
        places = "、".join(f"`{p}`" for p in sorted(event.places))
        rows.append(f"| `{name}` | {facts} | {'是' if name in carried else ''} | {who} | {places} |")
    packs = [f"| `{name}` | `{where(path)}` |" for name, path in of_packs()]
    return (
        f"{HEAD}| 事件 | 事实 | 跨网 | 接收者 | 发布处 |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n## 业务包声明的事件\n\n"
        "| 事件 | 声明处 |\n|---|---|\n" + "\n".join(packs) + "\n"
    ), faults
