"""A case through its levels: county clerk, city reviewer, province chief."""

import pytest

from tests.workflow.world import ANHUI, CHANGFENG, CHUZHOU, CLEAR, FEIXI, HEFEI, QUANJIAO, box, seal_county
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow


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


@pytest.mark.parametrize(
    ("level", "next_node", "region", "row"),
    [
        ("county", "county_decide", FEIXI, 5),
        ("city", "city_review", HEFEI, 3),
        ("province", "city_review", HEFEI, 1),
        ("state", "city_review", HEFEI, 1),
    ],
)
def test_the_table_takes_the_level_of_the_organ_that_approves_the_project(
    world, level, next_node, region, row
):
    case = world.open(project_level=level, investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    assert world.waiting(case) == [(next_node, region)]
    route = world.state(case)["route"]
    assert route["level"] == ("province" if level == "state" else level)
    assert route["trace"][-1]["matched"] == [row]


def test_a_city_project_ends_at_the_city_chief(world):
    case = world.open(project_level="city")
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "agree")
    assert world.waiting(case) == [("city_decide", HEFEI)]
    world.act("city_chief", HEFEI, case, "agree")
    assert world.state(case)["case"]["status"] == "granted"


def test_a_site_over_two_counties_of_a_city_goes_to_the_city(world):
    seal_county(CHANGFENG)
    case = world.open(box(560, 200, 640, 260))
    assert world.state(case)["case"]["counties"] == [CHANGFENG, FEIXI]
    county = world.state(case)["case"]["county"]
    world.act("county_clerk", county, case, "agree")
    assert world.waiting(case) == [("city_review", HEFEI)]
    assert world.state(case)["route"]["level"] == "city"


def test_a_site_over_two_cities_goes_to_the_province(world):
    seal_county(CHANGFENG)
    seal_county(QUANJIAO)
    case = world.open(box(1130, 200, 1250, 260))
    state = world.state(case)["case"]
    assert (state["county"], state["counties"]) == (CHANGFENG, [CHANGFENG, QUANJIAO])
    world.act("county_clerk", CHANGFENG, case, "agree")
    assert world.state(case)["route"]["level"] == "province"
    assert CHUZHOU not in [region for _, region in world.waiting(case)]


def test_a_farmland_hit_adds_a_required_proof_and_no_level(world):
    case = world.open(box(200, 120, 260, 180))
    theme = next(t for t in world.state(case)["screening"]["themes"] if t["id"] == "farmland")
    assert theme["status"] == "concerned"
    record = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)
    assert [p["kind"] for p in record["papers"] if p["note"] == "缺少"] == ["farmland_proof"]
    agree = next(a for a in record["actions"] if a["id"] == "agree")
    assert not agree["enabled"]
    assert agree["reason"] == "缺少材料:占用永久基本农田不可避让论证"
    with_proof = world.open(box(200, 120, 260, 180), papers=("application", "basis", "farmland_proof"))
    world.act("county_clerk", FEIXI, with_proof, "agree")
    assert world.waiting(with_proof) == [("county_decide", FEIXI)]


def test_a_red_line_hit_asks_for_its_own_proof(world):
    case = world.open(box(420, 10, 480, 50))
    record = workflow.case_record(world.officer("county_clerk", FEIXI), case.pk)
    assert [p["kind"] for p in record["papers"] if p["note"] == "缺少"] == ["redline_proof"]


def test_screening_adds_up_and_says_what_was_declared_wrongly(world):
    case = world.open(declared_area=2.5)
    screening = world.state(case)["screening"]
    total = sum(int(c["area_m2"].replace(".", "")) for c in screening["classes"])
    assert total == int(screening["site_area_m2"].replace(".", ""))
    told = [c for c in screening["checks"] if c["check"] == "area_as_declared"]
    assert told[0]["where"] == "form.declared_area"
    assert "2.5 公顷" in told[0]["says"]


def test_the_county_may_refuse_to_accept_and_no_clock_has_run(world):
    case = world.open()
    world.act("county_clerk", FEIXI, case, "refuse", opinion="不属于预审范围。")
    state = world.state(case)
    assert (state["case"]["status"], state["case"]["accepted"]) == ("refused", None)
    assert [e["kind"] for e in state["effects"]] == ["archive.file"]


def test_a_submission_told_twice_opens_one_case(world):
    message, by = world.message(), kernel.system_actor()
    assert workflow.open_case(message, by).pk == workflow.open_case(message, by).pk
    with kernel.acting(by):
        assert workflow.cases_count(by) == 1


def test_a_site_outside_every_county_is_refused_with_the_field(world):
    from ziyuan.workflow.errors import OutsideProvince

    with pytest.raises(OutsideProvince) as refused:
        world.open(box(0, -400_000, 100, -399_900))
    assert refused.value.facts["fields"] == {"site": "范围在辖区之外"}


def test_case_numbers_of_a_county_have_no_gap(world):
    numbers = [world.state(world.open(box(*CLEAR)))["case"]["no"] for _ in range(3)]
    assert [n[-5:] for n in numbers] == ["00001", "00002", "00003"]
