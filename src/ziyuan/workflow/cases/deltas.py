"""What changed between two values of plain JSON, and the change applied: an event tells what moved, not all that stands.

A change is `{"=": value}` (the whole value), `{"[]": [place, count, items]}` (in a list, `count` entries at `place` give
way to `items`), `{"{}": {name: change}, "-": [names]}` (in a map), or `{"#": {id: change}, "-": [ids], "+": items}` (in a
list of maps that bear an `id`, such as tokens: some moved, some went, others came at its end).
`applied(old, change(old, new)) == new`, always.
"""

from typing import Any

Change = dict[str, Any]


def change(old: Any, new: Any) -> Change:
    """The change from `old` to `new`; both stay as they are, and the change shares parts of `new`."""
    if type(old) is dict and type(new) is dict:
        told: Change = {"{}": {name: change(old.get(name), value) for name, value in new.items() if _moved(old, name, value)}}
        gone = [name for name in old if name not in new]
        return {**told, "-": gone} if gone else told
    if type(old) is list and type(new) is list:
        return _by_id(old, new) or {"[]": _splice(old, new)}
    return {"=": new}


def _moved(old: dict[str, Any], name: str, value: Any) -> bool:
    return name not in old or type(old[name]) is not type(value) or old[name] != value


def _by_id(old: list[Any], new: list[Any]) -> Change | None:
    """Entries told by their ids; None where they have none, or what stayed has another order, or something came between."""
    was, now = _ids(old), _ids(new)
    if was is None or now is None:
        return None
    stay = [key for key in was if key in now]
    if list(now)[: len(stay)] != stay:
        return None
    return {
        "#": {str(key): change(was[key], now[key]) for key in stay if was[key] != now[key]},
        "-": [key for key in was if key not in now],
        "+": list(now.values())[len(stay) :],
    }


def _ids(entries: list[Any]) -> dict[int, Any] | None:
    found = {entry["id"]: entry for entry in entries if type(entry) is dict and type(entry.get("id")) is int}
    return found if len(found) == len(entries) else None


def _splice(old: list[Any], new: list[Any]) -> list[Any]:
    """The stretch between what both begin with and what both end with."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    left = shorter - head
    tail = next((n for n in range(left) if old[-1 - n] != new[-1 - n]), left)
    return [head, len(old) - head - tail, new[head : len(new) - tail]]


def applied(old: Any, change: Change) -> Any:
    """The value after the change; `old` stays as it is."""
    if "=" in change:
        return change["="]
    if "[]" in change:
        place, count, items = change["[]"]
        return [*old[:place], *items, *old[place + count :]]
    gone = change.get("-", ())
    if "#" in change:
        told = change["#"]
        stay = [entry for entry in old if entry["id"] not in gone]
        return [applied(e, told[str(e["id"])]) if str(e["id"]) in told else e for e in stay] + change["+"]
    kept = {name: value for name, value in old.items() if name not in gone}
    return kept | {name: applied(old.get(name), told) for name, told in change["{}"].items()}
