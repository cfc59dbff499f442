"""Where standards live: `standards/<id>/<edition>/model.yaml` of the repository, or any file by path."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ziyuan.onemap.standards.loader import load_file
from ziyuan.onemap.standards.mapping import Mapping, mapping_file, old_name, read_mapping
from ziyuan.onemap.standards.model import Entity, Model
from ziyuan.onemap.standards.places import ROOT, full_name, model_file, names

__all__ = [
    "ROOT", "LayerRef", "all_models", "catalogue", "edition_before", "layer", "layers", "load", "load_named",
    "mapping_of", "names", "outline",
]  # fmt: skip

class LayerRef(NamedTuple):
    """A layer with the standard it belongs to."""

    model: Model
    entity: Entity

    @property
    def id(self) -> str:
        """`tdt1057@2020/DLTB`."""
        return f"{self.model.name}/{self.entity.name}"


def load(name: str) -> Model:
    """The model named `id@edition`, or in the file or folder `name`."""
    path = Path(name)
    if path.exists():
        return load_file(path, str(path / "model.yaml" if path.is_dir() else path))
    return load_named(name)


@lru_cache(maxsize=64)
def load_named(name: str) -> Model:
    """The model named `id@edition` (or `id`, when it has one edition); read once in a process."""
    full = full_name(name)
    return load_file(model_file(full), f"standards/{full.replace('@', '/')}/model.yaml")


def outline(name: str) -> Model:
    """The model of a standard of the repository for a quick look: conditions are not read."""
    full = full_name(name)
    return load_file(model_file(full), f"standards/{full.replace('@', '/')}/model.yaml", proving=False)


def mapping_of(model: Model) -> Mapping | None:
    """How rows of the edition before read under `model`; None where no mapping lies beside it."""
    path = mapping_file(model)
    return None if path is None else read_mapping(path, model, edition_before(model, path))


def edition_before(model: Model, path: Path) -> Model:
    """The standard that the mapping in `path` starts from: beside `model`, else of the repository."""
    named = old_name(path)
    beside = path.parent.parent / named.partition("@")[2] / "model.yaml"
    return load_file(beside) if named.startswith(f"{model.id}@") and beside.is_file() else load_named(named)


def all_models() -> list[Model]:
    """Every standard of the repository, by name."""
    return [load_named(name) for name in names()]


def layer(layer_id: str) -> LayerRef:
    """The layer of an id such as `tdt1057@2020/DLTB`."""
    standard, _, entity = layer_id.partition("/")
    model = load_named(standard)
    return LayerRef(model, model.entity(entity))


def layers() -> list[LayerRef]:
    """Every typed layer of every standard: those that have a table."""
    return [LayerRef(model, entity) for model in all_models() for entity in model.entities.values()]


def catalogue() -> list[LayerRef]:
    """Every layer of every standard, those known by name only included."""
    return [LayerRef(model, entity) for model in all_models() for entity in model.listed()]
