"""退回: to any node on the way and to the one where the case began, straight back afterwards or walking its way again."""

import pytest

from tests.workflow import small_matter
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases

AGAIN = 'id="province_decide" zy:return="again"'


def publish(monkeypatch, tmp_path, mark: str) -> None:
    matter = kernel.matter("use_control/site_review")
    text = (matter.folder / matter.told["process"]).read_text(encoding="utf-8")
    small_matter.publish(monkeypatch, tmp_path, text.replace('id="province_decide"', mark))


def at_province(world):
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "agree")
    return case


@pytest.mark.parametrize(
    ("mark", "then", "says"),
    [
        (AGAIN, [("city_review", HEFEI)], "逐级重新办理"),
        (AGAIN.replace("again", "direct"), [("province_decide", ANHUI)], "直接送回"),
        (AGAIN.partition(" ")[0], [("province_decide", ANHUI)], "直接送回"),
    ],
)
def test_after_a_return_to_the_start_the_case_goes_as_the_returning_node_says(world, monkeypatch, tmp_path, mark, then, says):
    publish(monkeypatch, tmp_path, mark)
    case = at_province(world)
    chief = world.officer("province_chief", ANHUI)
    offer = next(a for a in workflow.case_record(chief, case.pk)["actions"] if a["id"] == "return")
    assert says in offer["consequence"]
    start = workflow.choices(chief, case.pk, "return", offer["task"])[-1]
    assert (start["id"], start["organ_name"]) == ("accept", "起始环节")
    world.act("province_chief", ANHUI, case, "return", to=start["id"], opinion="请补充县级意见。")
    assert world.waiting(case) == [("accept", FEIXI)]
    assert [t["state"] for t in world.state(case)["tasks"].values()] == ["done", "done", "returned", "open"]
    world.act("county_clerk", FEIXI, case, "agree", opinion="已补充。")
    assert world.waiting(case) == then
    assert breaks(verify_cases) == []


def test_what_walks_again_comes_to_the_same_people_and_is_decided_once(world, monkeypatch, tmp_path):
    publish(monkeypatch, tmp_path, AGAIN)
    case = at_province(world)
    world.act("province_chief", ANHUI, case, "return", to="accept", opinion="请补充。")
    world.act("county_clerk", FEIXI, case, "agree")
    city = world.officer("city_reviewer", HEFEI)
    assert [t["holder"] for t in world.state(case)["tasks"].values() if t["node"] == "city_review"] == [city.person] * 2
    world.act("city_reviewer", HEFEI, case, "agree")
    world.act("province_chief", ANHUI, case, "agree")
    assert world.state(case)["case"]["status"] == "granted"
    assert breaks(verify_cases) == []
