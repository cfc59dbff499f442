"""Which layers a matter's text may have a case write: polygons, and records without shape."""

import pytest

from ziyuan.workflow.effects import layer_write as _registered  # noqa: F401
from ziyuan.workflow.effects.registry import kind


@pytest.mark.parametrize(("layer", "why"), [
    ("tdt1057@2020/XZQJX", "不是面图层"), ("tdt1057@2020/XZQJX", "由汇交形成"), ("tdt1057@2020/NOLAYER", "没有图层"),
])  # fmt: skip
def test_a_matter_that_writes_another_layer_is_told_why_not(layer, why):
    assert any(why in wrong for wrong in kind("layer.write").faults({"layer": layer, "map": {}}))


@pytest.mark.parametrize("layer", ["land_control@2021/XSHX", "land_control@2021/ZZ_PFXX"])
def test_polygons_and_records_lack_only_what_the_matter_does_not_give(layer):
    found = kind("layer.write").faults({"layer": layer, "map": {}})
    assert found and all("没有给值" in wrong for wrong in found)
