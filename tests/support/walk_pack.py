"""The pack of the joint-review walk: the site review of the product under another name, with a process of its own.

county clerk → county chief → three persons of city and province, two thirds of the weight → province. The process and
its examples stand beside, in `walk_pack_texts`; form, papers, results, limits and checks are those of `use_control`.
"""

from pathlib import Path

from tests.support import apart
from tests.support.database import ROOT

PACK, MATTER = "site_joint", "joint_review"
KEY = f"{PACK}/{MATTER}"
TITLE = "重大项目用地联合会审"
TEXTS = Path(__file__).with_name("walk_pack_texts")
_PRODUCT = ROOT / "src" / "ziyuan" / "packs" / "use_control"
_RENAMED = (
    ("ziyuan.packs.use_control", PACK),
    ("use_control", PACK),
    ("site_review", MATTER),
    ("YSXZ-{year}", "LSHS-{year}"),
    ("title: 建设项目用地预审与选址\nbasis", f"title: {TITLE}\nbasis"),
    ("title: 国土空间用途管制\n", "title: 用途管制联合会审\n"),
)


def install(folder: Path) -> Path:
    """The pack, installed apart in a folder."""
    kept = [p for p in _PRODUCT.rglob("*") if p.suffix not in ("", ".pyc") and (p.parent.name != "examples" or p.stem == "form")]
    files = {_named(path.relative_to(_PRODUCT).as_posix()): _named(path.read_text(encoding="utf-8")) for path in kept}
    own = {f"matters/{MATTER}/{p.relative_to(TEXTS).as_posix()}": p.read_text(encoding="utf-8") for p in TEXTS.rglob("*.*")}
    return apart.install(folder, PACK, {**files, **own})


def _named(text: str) -> str:
    for old, new in _RENAMED:
        text = text.replace(old, new)
    return text
