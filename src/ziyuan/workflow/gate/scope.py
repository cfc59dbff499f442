"""FEEL in a pack: it parses, its names are in scope, and `form.…` names a field that exists."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ziyuan.base import feel
from ziyuan.base.errors import nearest
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate.fault import Fault

_FIELD = re.compile(r"\bform\.(\w+)")


def problems(
    pack: kernel.Pack,
    file: str,
    place: str,
    text: str,
    names: frozenset[str],
    fields: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Iterator[Fault]:
    """Faults of one FEEL text. `fields` are those of the form, where `form` is among the names."""
    for problem in feel.check(str(text), names, functions):
        hint = f"最接近的是“{problem.nearest}”" if problem.nearest else ""
        yield Fault(pack.id, file, place, f"“{text}”:{problem.message}", hint)
    known = set(fields)
    for name in _FIELD.findall(str(text)) if known else ():
        if name not in known:
            close = nearest(name, sorted(known))
            yield Fault(
                pack.id, file, place, f"表单没有字段“{name}”", f"最接近的是“{close}”" if close else ""
            )
