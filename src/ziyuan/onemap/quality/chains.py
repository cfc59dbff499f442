"""Chains of business (业务链条) as text in `standards/chains/`: stages, their numbers, what each must come after."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base.errors import nearest
from ziyuan.onemap.quality.errors import ChainUnknown, ChainWrong
from ziyuan.onemap.quality.finding import Severity
from ziyuan.onemap.standards import library

_CHAIN_KEYS = {"id", "title", "source", "confidence"}
_STAGE_KEYS = {"id", "title", "layer", "number", "day", "area", "after", "many"}
_AFTER_KEYS = {"stage", "by", "required"}


@dataclass(frozen=True)
class After:
    """The stage that must have been before; `by` holds its number; `required`: a stage without it is a problem."""

    stage: str
    by: str
    required: bool


@dataclass(frozen=True)
class Stage:
    """One stage. `layer` None: not connected. `many`: one number may stand in several rows. `unit` None: not known."""

    id: str
    title: str
    layer: str | None
    number: str | None
    day: str | None
    area: str | None
    unit: str | None
    after: tuple[After, ...]
    many: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields read, each once."""
        named = (self.number, self.day, self.area, *(a.by for a in self.after))
        return tuple(dict.fromkeys(f for f in named if f))


@dataclass(frozen=True)
class Chain:
    """One chain, its stages in their order; `severity` of what is found."""

    id: str
    title: str
    source: str
    confidence: str
    severity: Severity
    stages: tuple[Stage, ...]

    def stage(self, name: str) -> Stage:
        """The stage of this id."""
        return next(s for s in self.stages if s.id == name)


def folder() -> Path:
    """Where the chains are written."""
    return library.ROOT / "chains"


@cache
def chain(name: str) -> Chain:
    """The chain of this id. Raises ChainUnknown, ChainWrong."""
    known = sorted(path.stem for path in folder().glob("*.yaml"))
    if name not in known:
        raise ChainUnknown(name, known)
    return read(f"{name}.yaml", yaml.safe_load((folder() / f"{name}.yaml").read_text(encoding="utf-8")))


def chains() -> list[Chain]:
    """All chains, by id."""
    return [chain(path.stem) for path in sorted(folder().glob("*.yaml"))]


def of_layer(layer: str) -> list[tuple[Chain, Stage]]:
    """The stages that a layer (`standard@edition/NAME`) holds, each with its chain."""
    return [(one, stage) for one in chains() for stage in one.stages if stage.layer == layer]


def read(file: str, text: Mapping[str, Any]) -> Chain:
    """A chain from its text; every key, layer and field is looked at. Raises ChainWrong."""
    _known(file, "文件", text, {"chain", "severity", "stages"})
    head = text["chain"]
    _known(file, "chain", head, _CHAIN_KEYS)
    severity = text.get("severity", "error")
    if severity not in ("error", "warning", "note"):
        raise ChainWrong(file, "severity", f"“{severity}”不是 error、warning、note")
    stages: list[Stage] = []
    for item in text["stages"]:
        stages.append(_stage(file, item, {s.id for s in stages}))
    confidence = head.get("confidence", "unconfirmed")
    return Chain(head["id"], head["title"], head.get("source", ""), confidence, severity, tuple(stages))


def _known(file: str, where: str, table: Mapping[str, Any], keys: set[str]) -> None:
    for key in table:
        if key not in keys:
            raise ChainWrong(file, where, f"不认识的键“{key}”,最接近的是“{nearest(str(key), keys) or '无'}”")


def _stage(file: str, item: Mapping[str, Any], before: set[str]) -> Stage:
    where = f"环节 {item.get('id')}"
    _known(file, where, item, _STAGE_KEYS)
    area = item.get("area") or {}
    _known(file, where, area, {"field", "unit"})
    after = []
    for told in item.get("after") or ():
        _known(file, where, told, _AFTER_KEYS)
        if told["stage"] not in before:
            raise ChainWrong(file, where, f"after 的“{told['stage']}”不是前面的环节")
        after.append(After(told["stage"], told["by"], bool(told.get("required", False))))
    made = Stage(item["id"], item["title"], item.get("layer"), item.get("number"), item.get("day"), area.get("field"),
                 area.get("unit"), tuple(after), bool(item.get("many", False)))  # fmt: skip
    if made.layer is not None:
        _fields_there(file, where, made)
    return made


def _fields_there(file: str, where: str, stage: Stage) -> None:
    entity = library.layer(str(stage.layer)).entity
    for field in stage.fields:
        if field not in entity.fields:
            raise ChainWrong(file, where, f"{stage.layer} 没有字段 {field},最接近的是“{nearest(field, entity.fields) or '无'}”")
    if stage.number is None:
        raise ChainWrong(file, where, "没有 number")
