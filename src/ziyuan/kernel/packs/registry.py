"""Packs (业务包): folders of text that declare a business; the platform finds, checks and serves them.

A pack of this repository lives in `ziyuan/packs/<id>/`; one of a city is installed apart and names its folder by the
entry point group `ziyuan.packs`. Nothing here imports a pack: its pure functions are looked up by name when used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import yaml

from ziyuan.base import reasons
from ziyuan.base.parameters import Parameter, load
from ziyuan.kernel.packs.errors import PackFault, UnknownMatter
from ziyuan.kernel.packs.keys import PACK_KEYS, check_matter, refuse_unknown

HOME = Path(__file__).resolve().parents[2] / "packs"


@dataclass(frozen=True)
class Matter:
    """One thing a person can apply for (事项)."""

    id: str
    pack: str
    folder: Path
    told: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.pack}/{self.id}"

    @property
    def title(self) -> str:
        return self.told["title"]


@dataclass(frozen=True)
class Pack:
    """A business type with its matters, dated law and named functions."""

    id: str
    folder: Path
    module: str
    told: dict[str, Any]
    matters: dict[str, Matter]
    parameters: Mapping[str, Parameter]

    def levels_of(self, role: str) -> frozenset[str]:
        """The levels at which the pack uses a post: `level` is one, or a list of them. Empty where it uses it not."""
        told = (self.told.get("roles") or {}).get(role)
        level = told.get("level") if isinstance(told, dict) else None
        return frozenset(str(one) for one in (level if isinstance(level, list) else [level] if level else []))

    def function(self, name: str) -> Callable[..., Any]:
        """A check named by a matter. Raises PackFault when the pack has none of that name."""
        found = getattr(import_module(f"{self.module}.checks"), name, None)
        if not callable(found):
            raise PackFault(self.id, f"checks.py 中没有函数“{name}”")
        return found


@cache
def packs() -> dict[str, Pack]:
    """All packs by id, checked. Raises PackFault."""
    found: dict[str, Pack] = {}
    for folder, module in pack_folders():
        pack = load_pack(folder, module)
        if pack.id in found:
            raise PackFault(pack.id, f"业务包编号重复:{found[pack.id].folder} 与 {folder}")
        found[pack.id] = pack
    return found


def pack_folders() -> list[tuple[Path, str]]:
    """(folder, module) of every pack here and of those installed apart."""
    own = [(p.parent, f"ziyuan.packs.{p.parent.name}") for p in sorted(HOME.glob("*/pack.yaml"))]
    for entry in metadata.entry_points(group="ziyuan.packs"):
        own.append((Path(import_module(entry.value).__path__[0]), entry.value))
    return own


def load_pack(folder: Path, module: str) -> Pack:
    """Read one pack folder; an unknown key is refused with the nearest known one."""
    told = _read(folder / "pack.yaml", folder.name)
    refuse_unknown(told, PACK_KEYS, folder.name, "pack.yaml")
    matters = {}
    for path in sorted(folder.glob("matters/*/matter.yaml")):
        matter = _read(path, folder.name)
        check_matter(matter, folder.name, f"matters/{path.parent.name}/matter.yaml")
        if matter.get("id") != path.parent.name:
            raise PackFault(folder.name, f"{path.parent.name}/matter.yaml 的 id 应与文件夹同名")
        matters[matter["id"]] = Matter(matter["id"], told["id"], path.parent, matter)
    parameters = load(folder / "parameters") if (folder / "parameters").is_dir() else {}
    return Pack(told["id"], folder, module, told, matters, parameters)


def _read(path: Path, pack: str) -> dict[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackFault(pack, f"{path.name} 不是合法的 YAML:{reasons.told(error)}") from error
    if not isinstance(told, dict):
        raise PackFault(pack, f"{path.name} 应为键值文本")
    return told


def matter(key: str) -> Matter:
    """The matter `pack/matter`. Raises UnknownMatter."""
    pack, _, name = key.partition("/")
    if pack not in packs() or name not in packs()[pack].matters:
        raise UnknownMatter(key)
    return packs()[pack].matters[name]


def matters() -> list[Matter]:
    """Every matter of every pack."""
    return [m for p in packs().values() for m in p.matters.values()]


def parameter(name: str) -> Parameter:
    """A dated figure of law of any pack, by its full name `pack.….name`. Raises PackFault."""
    pack = name.split(".", 1)[0]
    if pack in packs() and name in packs()[pack].parameters:
        return packs()[pack].parameters[name]
    raise PackFault(pack, f"没有参数“{name}”")
