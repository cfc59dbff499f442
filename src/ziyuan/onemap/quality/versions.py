"""Rule versions (规则版本): a digest of the rule's text, what it leans on, and the program that judges it.

Two findings of the same rule and version were judged alike. A changed word, limit, code table, tolerance or a
changed line of the judging module gives another version; nobody has to remember to count it up.
"""

import dataclasses
import inspect
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ziyuan.base import canonical
from ziyuan.base.sm import sm3
from ziyuan.onemap.quality import judge
from ziyuan.onemap.standards.model import Model, Rule

_LENGTH = 16
_FOLDER = Path(__file__).parent
_READERS = _FOLDER.parent / "formats"


def rule_version(rule: Rule, model: Model) -> str:
    """16 hex digits: text and parameters of the rule, its field and code table, the resolution, the kernel."""
    entity = model.entities.get(rule.layer or "")
    field = entity.fields.get(rule.field or "") if entity else None
    codes = model.domain(field) if field is not None else None
    text = {
        "rule": _plain(rule, without=("where",)), "field": _plain(field), "codes": _plain(codes),
        "space": _plain(model.space), "kernel": kernel_version(rule.kind),
    }  # fmt: skip
    return canonical.digest("rule-version", text).hex()[:_LENGTH]


def versions(models: Sequence[Model]) -> dict[str, str]:
    """Rule id → version of every rule of some models."""
    return {rule.id: rule_version(rule, model) for model in models for rule in model.all_rules()}


@cache
def kernel_version(kind: str) -> str:
    """Digest of the module that judges a kind of rule."""
    tables: list[Mapping[str, Any]] = [*(j for _, j in judge.STEPS), *(j for _, j in judge.BETWEEN)]
    for judges in tables:
        if kind in judges:
            return _source(judges[kind].__module__)
    return _source(judge.__name__)


@cache
def reader_version() -> str:
    """Version of the readers: what is told of a file that could not be read, or of a package."""
    return sm3(b"".join(path.read_bytes() for path in sorted(_READERS.rglob("*.py")))).hex()[:_LENGTH]


@cache
def _source(module: str) -> str:
    return sm3(inspect.getsource(sys.modules[module]).encode()).hex()


def _plain(value: Any, without: Sequence[str] = ()) -> Any:
    """Any value of a model as canonical values: dataclasses become maps, floats their shortest text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name not in without}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    if value is None or isinstance(value, str | bool | int):
        return value
    return repr(value) if isinstance(value, float) else str(value)
