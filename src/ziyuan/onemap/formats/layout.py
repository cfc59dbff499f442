"""Package layouts (成果包规定): what a delivery must hold, as text in `standards/packages/`."""

import functools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ziyuan.base.geometry import Kind
from ziyuan.onemap.formats.errors import LayoutUnknown
from ziyuan.onemap.formats.tree import Entry, entries_of
from ziyuan.onemap.standards import library

_KEYS = {"package", "members", "layers", "rules", "tree"}
_SEVERITIES = {"error", "warning", "note"}


@dataclass(frozen=True)
class LayoutLayer:
    name: str
    standard: str
    required: bool

    @property
    def id(self) -> str:
        """Layer id, as `tdt1057@2020/DLTB`."""
        return f"{self.standard}/{self.name}"

    @property
    def shape(self) -> Kind | None:
        """What shape its features have; None for a table of records without one."""
        kind = library.layer(self.id).entity.geometry.kind
        return None if kind == "none" else kind


@dataclass(frozen=True)
class Layout:
    """One package layout. `crs`: zone → EPSG code that deliveries of that zone must have.

    `tree`: the members it must hold. `aliases`: table or file name → layer, as the deliverer once said.
    """

    id: str
    title: str
    crs: dict[int, int]
    layers: dict[str, LayoutLayer]
    rules: dict[str, str]
    file_name: str = ""
    tree: tuple[Entry, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, layer in self.layers.items() if layer.required)

    def match(self, found: str) -> str | None:
        """Layer meant by a table or file name: exact, other case, or with code and year round it."""
        if found in self.aliases:
            return self.aliases[found] if self.aliases[found] in self.layers else None
        by_fold = {name.casefold(): name for name in self.layers}
        plain = re.sub(r"[\d_\-. ()\uff08\uff09]+", "", found).casefold()
        return by_fold.get(found.casefold()) or by_fold.get(plain)


def standards_folder() -> Path:
    """Folder of the standards as text; `ZIYUAN_STANDARDS` names another."""
    named = os.environ.get("ZIYUAN_STANDARDS")
    return Path(named) if named else Path(__file__).resolve().parents[4] / "standards"


@functools.cache
def load_layout(name: str, folder: Path | None = None) -> Layout:
    """The layout `name`. Raises LayoutUnknown for a missing or misspelt one."""
    path = (folder or standards_folder() / "packages") / f"{name}.yaml"
    if not re.fullmatch(r"\w+", name) or not path.is_file():
        raise LayoutUnknown(name, "没有这个文件")
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    surplus = set(text) - _KEYS
    if surplus:
        raise LayoutUnknown(name, f"不认识的键 {sorted(surplus)}")
    rules = {k: str(v) for k, v in (text.get("rules") or {}).items()}
    if not set(rules.values()) <= _SEVERITIES:
        raise LayoutUnknown(name, "rules 的取值只能是 error、warning、note")
    package = text["package"]
    layers = {
        key: LayoutLayer(key, row["standard"], bool(row["required"])) for key, row in text["layers"].items()
    }
    crs = {int(zone): int(epsg) for zone, epsg in package["crs"].items()}
    try:
        tree = entries_of(text.get("tree"))
    except (ValueError, TypeError) as wrong:
        raise LayoutUnknown(name, str(wrong)) from wrong
    return Layout(package["id"], package["title"], crs, layers, rules, package.get("name", ""), tree)
