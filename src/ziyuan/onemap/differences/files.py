"""Two files of any readable format compared under a standard: no server, no database."""

from dataclasses import dataclass
from pathlib import Path

import pyproj

from ziyuan.onemap.differences.errors import NothingInCommon, OtherSystems
from ziyuan.onemap.differences.tables import KINDS, Difference, Side, compare
from ziyuan.onemap.formats.layer_table import LayerTable
from ziyuan.onemap.quality.files import Wanted, read_file
from ziyuan.onemap.standards.model import Model


@dataclass(frozen=True)
class FileDifference:
    """Differences by layer; `only_old`, `only_new`: layers of the standard that one file alone holds."""

    layers: dict[str, Difference]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """True when any feature differs, or a whole layer came or went."""
        return bool(self.only_old or self.only_new or any(d.changes for d in self.layers.values()))

    def summary(self) -> dict[str, object]:
        """The last line of `ziyuan map diff`."""
        by_layer = {name: found.summary for name, found in sorted(self.layers.items())}
        totals = {word: sum(s[word] for s in by_layer.values()) for word in (*KINDS, "unchanged", "old", "new")}
        return totals | {"layers": by_layer, "only_old": list(self.only_old), "only_new": list(self.only_new)}


def compare_files(old: Path, new: Path, models: list[Model], wanted: Wanted) -> FileDifference:
    """What changed from one file to the other, in all layers of the models that both hold.

    Raises what reading raises, NothingInCommon, OtherSystems, NoChangeWord.
    """
    before, after = read_file(old, models, wanted), read_file(new, models, wanted)
    common = sorted(before.keys() & after.keys())
    if not common:
        raise NothingInCommon(sorted(before), sorted(after))
    found = {name: _compare(name, models, before[name], after[name]) for name in common}
    return FileDifference(found, tuple(sorted(before.keys() - after.keys())), tuple(sorted(after.keys() - before.keys())))


def _compare(name: str, models: list[Model], before: LayerTable, after: LayerTable) -> Difference:
    model = next(m for m in models if name in m.entities)
    _same_ground(name, before.epsg, after.epsg)
    return compare(model, model.entities[name], Side(before.table, before.epsg), Side(after.table, after.epsg))


def _same_ground(layer: str, old: int, new: int) -> None:
    """Another projection is brought over exactly; another datum would move every point. A table (0) lies nowhere."""
    if old == new or not old or not new:
        return
    one, other = (pyproj.CRS.from_epsg(code).geodetic_crs for code in (old, new))
    if one is None or other is None or one.datum is None or other.datum is None or one.datum.name != other.datum.name:
        raise OtherSystems(layer, old, new, "大地基准也不同")
