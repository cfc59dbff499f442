"""The first matter of the product with more acts allowed at its nodes: a line of one to three levels."""

from pathlib import Path
from typing import Any

from tests.workflow import small_matter
from ziyuan.kernel import service as kernel

MORE = "terminate accept_gap"
ENDINGS = {"gone": {"title": "申请人主体消灭", "basis": "示例依据 第一条"}}
DAYS = "use_control.site_review.notify_days"


def publish(monkeypatch: Any, tmp_path: Path, **more: Any) -> None:
    """From now on the matter runs so; the farmland paper may be missing for some working days."""
    matter = kernel.matter("use_control/site_review")
    text = (matter.folder / matter.told["process"]).read_text(encoding="utf-8")
    papers = [{**p, "gap_days": DAYS} if p["id"] == "farmland_proof" else p for p in matter.told["papers"]]
    told = {"terminations": ENDINGS, "papers": papers, **more}
    small_matter.publish(monkeypatch, tmp_path, text.replace('zy:allow="', f'zy:allow="{MORE} '), **told)
