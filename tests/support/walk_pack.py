"""The packs of the walks: the site review of the product under another name, each with a process of its own.

Joint review: county clerk → county chief → three persons of city and province, two thirds of the weight → province.
Expert review: county clerk → a city reviewer who draws a panel → the panel → the reviewer, who chooses who decides.
Water: county clerk → the county's water bureau, an external unit → county chief.
Process and examples stand beside, in `walk_pack_texts`; form, papers, results, limits and checks are those of `use_control`.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.support import apart
from tests.support.database import ROOT

TEXTS = Path(__file__).with_name("walk_pack_texts")
_PRODUCT = ROOT / "src" / "ziyuan" / "packs" / "use_control"


@dataclass(frozen=True)
class Walked:
    """A pack with one matter; `own` are texts of the product and what stands in their place."""

    pack: str
    matter: str
    title: str
    pack_title: str
    number: str
    own: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.pack}/{self.matter}"

    def named(self, text: str) -> str:
        """A text of the product with this pack's names."""
        renamed = (
            ("ziyuan.packs.use_control", self.pack),
            ("use_control", self.pack),
            ("site_review", self.matter),
            # one register of numbers: the map holds each once
            (f"series: {self.pack}.{self.matter}", "series: use_control.site_review"),
            ("YSXZ-{year}", f"{self.number}-{{year}}"),
            ("title: 建设项目用地预审与选址\nbasis", f"title: {self.title}\nbasis"),
            ("title: 国土空间用途管制\n", f"title: {self.pack_title}\n"),
        )
        for old, new in (*renamed, *self.own):
            text = text.replace(old, new)
        return text

    def files(self) -> dict[str, str]:
        """Every text of the pack by its path."""
        texts = [p for p in _PRODUCT.rglob("*") if p.suffix not in ("", ".pyc")]
        kept = [p for p in texts if p.parent.name != "examples" or p.stem == "form"]
        told = {self.named(p.relative_to(_PRODUCT).as_posix()): self.named(p.read_text(encoding="utf-8")) for p in kept}
        folder = TEXTS / self.matter
        for path in folder.rglob("*.*"):
            told[f"matters/{self.matter}/{path.relative_to(folder).as_posix()}"] = path.read_text(encoding="utf-8")
        return told


_EXPERT = "  data_reviewer: {title: 评审专家, level: city}\n"
_POSTS = "posts: [{unit: 专家库, title: 土地评审, level: city}]\n"
_PANELS = """panels:
  review: {title: 评审专家, from: 'post("专家库", "土地评审", "city")', size: 'if form.declared_area > 1 then 3 else 2'}
people: {experts: 'panel("review")'}
"""
JOINT = Walked("site_joint", "joint_review", "重大项目用地联合会审", "用途管制联合会审", "LSHS")
DRAWN = Walked(
    "site_panel", "expert_review", "用地选址专家评审", "用途管制专家评审", "ZJPS",
    (("layers:\n", _EXPERT + "layers:\n"), ("menu: [", _POSTS + "menu: ["), ("policies: {", _PANELS + "policies: {")),
)  # fmt: skip
WATER_UNIT = "肥西县水利局"
WATER = Walked(
    "site_water", "water_review", "临河项目用地预审", "用途管制水利意见", "SLYJ",
    (("layers:\n", f"external:\n  - {{unit: {WATER_UNIT}, level: county}}\nlayers:\n"),),
)  # fmt: skip
PACKS = (JOINT, DRAWN, WATER)


def install(folder: Path) -> Path:
    """The packs, installed apart in a folder."""
    for one in PACKS:
        apart.install(folder, one.pack, one.files())
    return folder
