"""Where standards live: `standards/<id>/<edition>/model.yaml` of the repository, or any file by path."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ziyuan.onemap.standards.errors import StandardNotFound
from ziyuan.onemap.standards.loader import load_file
from ziyuan.onemap.standards.model import Entity, Model

ROOT = Path(__file__).resolve().parents[4] / "standards"


class LayerRef(NamedTuple):
    """A layer with the standard it belongs to."""

    model: Model
    entity: Entity

    @property
    def id(self) -> str:
        """`tdt1057@2020/DLTB`."""
        return self.model.layer_id(self.entity.name)


def names() -> list[str]:
    """`id@edition` of every standard of the repository."""
    return sorted(f"{p.parent.parent.name}@{p.parent.name}" for p in ROOT.glob("*/*/model.yaml"))


def load(name: str) -> Model:
    """The model named `id@edition`, or in the file or folder `name`."""
    path = Path(name)
    if path.exists():
        return load_file(path, str(path))
    return load_named(name)


@lru_cache(maxsize=64)
def load_named(name: str) -> Model:
    """The model named `id@edition` (or `id`, when it has one edition); read once in a process."""
    known = names()
    found = [n for n in known if n == name or n.split("@")[0] == name]
    if len(found) != 1:
        raise StandardNotFound(name, known)
    folder = ROOT / found[0].replace("@", "/")
    return load_file(folder, f"standards/{found[0].replace('@', '/')}/model.yaml")


def all_models() -> list[Model]:
    """Every standard of the repository, by name."""
    return [load_named(name) for name in names()]


def layer(layer_id: str) -> LayerRef:
    """The layer of an id such as `tdt1057@2020/DLTB`."""
    standard, _, entity = layer_id.partition("/")
    model = load_named(standard)
    return LayerRef(model, model.entity(entity))


def layers() -> list[LayerRef]:
    """Every layer of every standard."""
    return [LayerRef(model, entity) for model in all_models() for entity in model.entities.values()]
