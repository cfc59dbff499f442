"""Packs of walks: the site review of the product under another name, with a process of its own.

- joint review: county clerk → county chief → three persons of city and province, two thirds of the weight → province.
- water: county clerk → the county's water bureau, an external unit → county chief.

Processes and examples stand beside, in `walk_pack_texts` and `water_pack_texts`; form, papers, results, limits and checks
are those of `use_control`.
"""

from pathlib import Path

from tests.support import apart
from tests.support.database import ROOT

PACK, MATTER = "site_joint", "joint_review"
KEY = f"{PACK}/{MATTER}"
TITLE = "重大项目用地联合会审"
WATER_PACK, WATER_MATTER = "site_water", "water_review"
WATER_KEY = f"{WATER_PACK}/{WATER_MATTER}"
WATER_UNIT = "肥西县水利局"
_PRODUCT = ROOT / "src" / "ziyuan" / "packs" / "use_control"
Renamed = tuple[tuple[str, str], ...]
_JOINT: Renamed = (
    ("ziyuan.packs.use_control", PACK),
    ("use_control", PACK),
    ("site_review", MATTER),
    ("YSXZ-{year}", "LSHS-{year}"),
    ("title: 建设项目用地预审与选址\nbasis", f"title: {TITLE}\nbasis"),
    ("title: 国土空间用途管制\n", "title: 用途管制联合会审\n"),
)
_WATER: Renamed = (
    ("ziyuan.packs.use_control", WATER_PACK),
    ("use_control", WATER_PACK),
    ("site_review", WATER_MATTER),
    ("YSXZ-{year}", "SLYJ-{year}"),
    ("title: 建设项目用地预审与选址\nbasis", "title: 临河项目用地预审\nbasis"),
    ("title: 国土空间用途管制\n", "title: 用途管制水利意见\n"),
    ("layers:\n", f"external:\n  - {{unit: {WATER_UNIT}, level: county}}\nlayers:\n"),
)


def install(folder: Path) -> Path:
    """The packs, installed apart in a folder."""
    _install(folder, PACK, MATTER, _JOINT, "walk_pack_texts")
    return _install(folder, WATER_PACK, WATER_MATTER, _WATER, "water_pack_texts")


def _install(folder: Path, pack: str, matter: str, renamed: Renamed, beside: str) -> Path:
    texts = Path(__file__).with_name(beside)
    kept = [p for p in _PRODUCT.rglob("*") if p.suffix not in ("", ".pyc") and (p.parent.name != "examples" or p.stem == "form")]
    files = {
        _named(path.relative_to(_PRODUCT).as_posix(), renamed): _named(path.read_text(encoding="utf-8"), renamed) for path in kept
    }
    own = {f"matters/{matter}/{p.relative_to(texts).as_posix()}": p.read_text(encoding="utf-8") for p in texts.rglob("*.*")}
    return apart.install(folder, pack, {**files, **own})


def _named(text: str, renamed: Renamed) -> str:
    for old, new in renamed:
        text = text.replace(old, new)
    return text
