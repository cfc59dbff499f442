"""A case through its levels: county clerk, city reviewer, province chief."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, FEIXI, HEFEI, QUANJIAO, box, seal_county
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow import service as workflow

XSHX = "land_control@2021/XSHX"


def test_a_provincial_project_is_seen_by_county_and_city_and_decided_by_the_province(world):
    case = world.open(project_level="province", investment=52000)
    assert world.waiting(case) == [("accept", FEIXI)]
    world.act("county_clerk", FEIXI, case, "agree")
    assert world.waiting(case) == [("city_review", HEFEI)]
    world.act("city_reviewer", HEFEI, case, "agree")
    assert world.waiting(case) == [("province_decide", ANHUI)]
    world.act("province_chief", ANHUI, case, "agree", opinion="同意选址。")
    state = world.state(case)
    assert (state["case"]["status"], state["decision"]["opinion"]) == ("granted", "同意选址。")
    assert world.waiting(case) == []
