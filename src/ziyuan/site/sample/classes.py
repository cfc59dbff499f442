"""Which land class (地类) a patch gets, and what goes with it: slope, planting, width, owner, settlement.

The mix follows the Jianghuai plain: paddy on low ground, dry fields and woods on the hills, villages and
ponds among the small patches, a town around the county seat. Every combination obeys the survey's rules
(checks 4–9 of TD/T 1057 practice); the tables of codes and names are the standard's own.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ziyuan.site.sample import linear
from ziyuan.site.sample.lattice import Floats, Ints

Text = npt.NDArray[np.str_]
Mix = dict[str, float]

LARGE: Mix = {
    "0101": 55,
    "0103": 21,
    "0301": 8,
    "0307": 4,
    "0201": 3,
    "0102": 3,
    "1104": 4,
    "0404": 1,
    "0302": 1,
}
SMALL: Mix = {
    "0702": 34, "1104": 20, "0101": 12, "0103": 11, "0307": 5, "0204": 3, "1202": 4, "1107": 2, "0404": 3, "0201": 2,
    "08H2": 1, "0809": 1, "0601": 1, "1106": 0.5, "1206": 0.5,
}  # fmt: skip
HILLS: Mix = {
    "0301": 50,
    "0302": 7,
    "0305": 6,
    "0307": 8,
    "0103": 13,
    "0202": 6,
    "0201": 3,
    "0204K": 2,
    "0101": 4,
    "1207": 1,
}
TOWN: Mix = {
    "0701": 30, "0601": 17, "05H1": 9, "0508": 3, "08H1": 3, "08H2": 5, "08H2A": 1, "0809": 2, "0810": 4, "0810A": 1,
    "1201": 5, "0101": 9, "0103": 4, "0307": 3, "1104": 3, "09": 1,
}  # fmt: skip
CONSTRUCTION = ("05", "06", "07", "08", "09")
SETTLED = (*CONSTRUCTION, "1004", "1005", "1201")
RIDGE = {"2": 0.0312, "3": 0.0786, "4": 0.1254, "5": 0.1710}


@dataclass
class Attributes:
    """What is chosen per patch; the rest of the fields follows from it and from village and serial."""

    dlbm: Text
    slope: Text
    terrace: Text
    ridge: Floats
    width: Floats
    refinement: Text
    planting: Text
    grade: Ints
    settlement: Text
    owner: Text

    def take(self, index: Ints) -> "Attributes":
        """The same for some patches."""
        return Attributes(*(getattr(self, f.name)[index] for f in fields(self)))

    def put(self, index: Ints, other: "Attributes") -> None:
        """Replace the values of some patches, in place."""
        for f in fields(self):
            getattr(self, f.name)[index] = getattr(other, f.name)


@dataclass(frozen=True)
class Ground:
    """What is known of each patch before it has a class."""

    kind: npt.NDArray[np.int8]
    area: Floats  # plane m²
    length: Floats  # perimeter, m
    hill: Floats  # 0..1
    town: Floats  # 0..1, nearness of the county seat
    urban: npt.NDArray[np.bool_]  # its village is a community
    district: bool  # the county is a district of a city


def classify(ground: Ground, rng: np.random.Generator) -> Attributes:
    """Choose a class and all that depends on it, for every patch."""
    dlbm = _classes(ground, rng)
    return complete(dlbm, ground, rng)


def _classes(ground: Ground, rng: np.random.Generator) -> Text:
    count = len(ground.area)
    dlbm = np.empty(count, dtype="<U5")
    chance = rng.random(count)
    field = ground.kind == linear.FIELD
    town = field & (chance < ground.town)
    hills = field & ~town & (rng.random(count) < np.clip((ground.hill - 0.5) * 2.6, 0, 0.93))
    rest = field & ~town & ~hills
    middle = np.median(ground.area[rest]) if rest.any() else 0.0
    for members, mix in (
        (town, TOWN), (hills, HILLS),
        (rest & (ground.area < 0.62 * middle), SMALL), (rest & (ground.area >= 0.62 * middle), LARGE),
    ):  # fmt: skip
        _draw(dlbm, members, mix, rng)
    _draw(dlbm, ground.kind == linear.ROAD, {"1003": 92, "1001": 8}, rng)
    lane = ground.kind == linear.LANE
    dlbm[lane] = np.where(
        rng.random(int(lane.sum())) < np.clip(1.3 * ground.town[lane], 0, 0.9), "1004", "1006"
    )
    _draw(dlbm, ground.kind == linear.DITCH, {"1107": 88, "1107A": 12}, rng)
    dlbm[ground.kind == linear.RIVER] = "1101"
    _draw(dlbm, ground.kind == linear.LAKE, {"1103": 70, "1102": 30}, rng)
    _draw(dlbm, ground.kind == linear.POND, {"1104": 80, "1104A": 20}, rng)
    _respect_smallest(dlbm, ground.area)
    return dlbm


def _draw(dlbm: Text, members: npt.NDArray[np.bool_], mix: Mix, rng: np.random.Generator) -> None:
    shares = np.array(list(mix.values()), dtype=float)
    dlbm[members] = rng.choice(list(mix), size=int(members.sum()), p=shares / shares.sum())


def _respect_smallest(dlbm: Text, area: Floats) -> None:
    """A patch below a class's smallest mapped size gets a class that may be so small."""
    head = np.array([code[:2] for code in dlbm])
    open_land = np.isin(dlbm, ("0404", "1106", "1206", "1207", "1101", "1102"))
    dlbm[(area < 610) & open_land] = "0307"
    tiny = (
        (area < 410) & ~np.isin(head, CONSTRUCTION) & ~np.isin(dlbm, ("1001", "1003", "1004", "1202", "1201"))
    )
    dlbm[tiny] = np.where(area[tiny] < 205, "0702", "1202")


def complete(dlbm: Text, ground: Ground, rng: np.random.Generator) -> Attributes:
    """Everything that follows from the class."""
    count = len(dlbm)
    farmed = np.char.startswith(dlbm, "01")
    slope = _slopes(dlbm, ground.hill, farmed, rng)
    steep = np.isin(slope, ("2", "3", "4", "5"))
    terrace = np.where(steep, np.where(rng.random(count) < 0.55, "TT", "PD"), "")
    coefficient = np.array([RIDGE.get(grade, 0.0) for grade in ("", "1", "2", "3", "4", "5")])
    ridge: Floats = coefficient[np.where(slope == "", "0", slope).astype(np.int64)]
    ridge = np.round(np.where(terrace == "TT", ridge * 1.35, ridge), 4).astype(np.float64)
    refinement, planting = _uses(dlbm, ground, farmed, rng)
    return Attributes(
        dlbm, slope, terrace, ridge, _widths(dlbm, ground), refinement, planting,
        np.where(farmed, rng.integers(5, 10, count), 0), _settlements(dlbm, ground), _owners(dlbm, rng),
    )  # fmt: skip


def _slopes(dlbm: Text, hill: Floats, farmed: npt.NDArray[np.bool_], rng: np.random.Generator) -> Text:
    steepness = 4.6 * np.clip(hill - 0.38, 0, 1) / 0.62 + rng.normal(0, 0.45, len(dlbm))
    steepness = np.where(dlbm == "0101", steepness * 0.55, steepness)
    grade = np.clip(np.floor(steepness) + 1, 1, 5).astype(int).astype("<U1")
    return np.where(farmed, grade, "")


def _uses(
    dlbm: Text, ground: Ground, farmed: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Text, Text]:
    chance, second = rng.random(len(dlbm)), rng.random(len(dlbm))
    refinement = np.full(len(dlbm), "", dtype="<U6")
    refinement[farmed & (chance < 0.006)] = "HDGD"
    refinement[farmed & (ground.hill > 0.6) & (chance > 0.97)] = "LQGD"
    refinement[np.char.startswith(dlbm, "02") & (ground.hill > 0.6) & (chance < 0.15)] = "LQYD"
    refinement[(dlbm == "0404") & (chance < 0.2)] = "GCCD"
    refinement[(dlbm == "0601") & (chance < 0.04)] = "SNGY"
    refinement[(dlbm == "0602") & (chance < 0.1)] = "FQ"
    planting = np.full(len(dlbm), "", dtype="<U6")
    refined = farmed & (refinement != "")
    planting[refined] = np.array(["LS", "FLS", "LYFL"])[(second[refined] * 3).astype(int)]
    plain = farmed & (refinement == "")
    codes = rng.choice(
        ["LS", "FLS", "LYFL", "XG", "LLJZ", "WG"], size=len(dlbm), p=[0.7, 0.14, 0.1, 0.02, 0.01, 0.03]
    )
    planting[plain] = codes[plain]
    head = np.array([code[:2] for code in dlbm])
    base = np.char.rstrip(dlbm, "AK")
    recover = (np.isin(head, ("02",)) & (refinement == "")) | np.isin(
        base, ("0301", "0302", "0305", "0307", "1104")
    )
    planting[recover & (second < 0.12)] = "JKHF"
    planting[recover & (second > 0.93)] = "GCHF"
    planting[(dlbm == "0404") & (second > 0.9)] = "GCHF"
    return refinement, planting


def _widths(dlbm: Text, ground: Ground) -> Floats:
    lines = np.isin(np.char.rstrip(dlbm, "AK"), ("1001", "1003", "1004", "1006", "1101", "1107"))
    # of a strip with area a and perimeter p, the width w solves a = w (p/2 - w)
    half = ground.length / 4
    width = half - np.sqrt(np.maximum(half**2 - ground.area, 0))
    return np.where(lines & (ground.kind != linear.FIELD), np.clip(np.round(width, 1), 0.5, 999.9), 0)


def _settlements(dlbm: Text, ground: Ground) -> Text:
    head = np.array([code[:2] for code in dlbm])
    settled = np.isin(head, CONSTRUCTION) | np.isin(dlbm, ("1004", "1005", "1201"))
    town = "201" if ground.district else "202"
    code = np.where((ground.town > 0.35) | ground.urban, town, "203")
    apart = (dlbm == "0601") & (ground.town < 0.35)
    code = np.where(apart, np.where(ground.urban, f"{town}A", "203A"), code)
    code = np.where(dlbm == "0602", "204", np.where(dlbm == "09", "205", code))
    return np.where(settled, code, "")


def _owners(dlbm: Text, rng: np.random.Generator) -> Text:
    state = np.isin(
        np.char.rstrip(dlbm, "AK"),
        ("1001", "1003", "1101", "1102", "1103", "0701", "05H1", "0508", "08H1", "09"),
    )
    state |= np.isin(dlbm, ("0601", "08H2", "08H2A", "0809")) & (rng.random(len(dlbm)) < 0.6)
    return np.where(state, "20", "30")
