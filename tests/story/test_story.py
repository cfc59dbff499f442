"""The whole story over HTTP on two running nodes: a county delivers, a year passes, a company applies, the bureau decides."""

import json

import pytest

from tests.story.conftest import COUNTY
from tests.support import packages as made
from tests.support import story
from ziyuan.site.sample import deliver
from ziyuan.site.sample.errors import NodeRefused

pytestmark = pytest.mark.story
LAYER = "/api/layers/tdt1057@2020~DLTB"


def test_every_planted_fault_is_found_and_placed_and_nothing_else_is(sign_in, packages, sealed):
    officer = sign_in(f"data{COUNTY}")
    year = min(sealed)
    planted = json.loads((packages / "faults.json").read_text(encoding="utf-8"))
    told = deliver.deliver(officer, packages / f"{COUNTY}-{year}-faulty.zip", COUNTY, year)
    told = deliver.checked(officer, told["id"])
    assert told["state"] == "returned"
    found, after = [], None
    while True:
        page = officer.get(f"/api/deliveries/{told['id']}/findings", limit=1000, after=after)
        found += page["items"]
        after = page["next"]
        if not after:
            break
    missing = [f for f in planted if not any(_meets(f, g) for g in found)]
    surplus = [g for g in found if not any(_meets(f, g) for f in planted)]
    assert [(g["rule"], g["severity"], g["duty"]) for g in surplus] == [("X-09-neighbours_missing", "note", "platform")]
    assert missing == []
    located = [g for g in found if g["x"] is not None and g["lon"] is not None]
    assert len(located) > len(found) * 0.8
    assert all(g["message"] and g["remedy"] for g in found)


def _meets(fault, finding) -> bool:
    if fault["rule"] != finding["rule"] or fault["layer"] != finding["layer"]:
        return False
    if fault["key"] in (finding["key"], *(finding["partners"] or ())):
        return True
    if fault["x"] is None or finding["x"] is None:
        return False
    return abs(fault["x"] - finding["x"]) < 50 and abs(fault["y"] - finding["y"]) < 50


def test_the_repaired_package_as_shapefiles_in_gbk_goes_from_review_to_forward_to_sealed_and_changes_nothing(
    sign_in, sealed, packages_of
):
    officer, city, province = sign_in(f"data{COUNTY}"), sign_in("data340100"), sign_in("data340000")
    year = min(sealed)
    body = made.packed(made.shapefiles(packages_of(year)))
    told = officer.upload("/api/deliveries", (f"{COUNTY}-{year}.zip", body), county=COUNTY, period=year, command="shp")
    path = f"/api/deliveries/{told['id']}"
    with pytest.raises(NodeRefused, match="当前为"):
        province.post(f"{path}/actions/accept", {"opinion": "同意", "command": "too-early"})
    told = deliver.checked(officer, told["id"])
    assert told["state"] == "review", officer.get(f"{path}/findings")["items"][:3]
    assert {m["encoding"] for m in told["members"] if m["encoding"]} == {"GB18030"}
    for who, act in ((officer, "accept"), (city, "accept"), (officer, "forward"), (province, "forward")):
        with pytest.raises(NodeRefused) as refused:
            who.post(f"{path}/actions/{act}", {"opinion": "同意", "command": f"{act}-wrong"})
        assert refused.value.status_given in (403, 409) and refused.value.answer["remedy"]
    city.post(f"{path}/actions/forward", {"opinion": "同意转报", "command": "forward"})
    with pytest.raises(NodeRefused, match="已转报"):
        city.post(f"{path}/actions/forward", {"opinion": "同意转报", "command": "forward-again"})
    told = province.post(f"{path}/actions/accept", {"opinion": "同意入库", "command": "accept"})
    assert told["state"] == "sealed" and told["edition"] == sealed[year], "the same content is the same digest"
    with pytest.raises(NodeRefused):
        province.post(f"{path}/actions/return", {"opinion": "退回", "command": "too-late"})
    notes = [n["act"] for n in told["notes"]]
    assert notes == ["submit", "check", "forward", "accept"] or sorted(notes) == ["accept", "check", "forward", "submit"]


def test_the_error_layer_and_the_report_can_be_taken_home(sign_in, sealed):
    officer = sign_in(f"data{COUNTY}")
    delivery = next(d for d in officer.get("/api/deliveries", county=COUNTY)["items"] if d["state"] == "returned")
    assert officer.download(f"/api/deliveries/{delivery['id']}/findings.gpkg")[:15] == b"SQLite format 3"
    assert officer.download(f"/api/deliveries/{delivery['id']}/report.pdf")[:5] == b"%PDF-"


def test_areas_by_class_close_to_the_registered_control_area(sign_in, sealed):
    officer = sign_in(f"data{COUNTY}")
    for year in sealed:
        told = officer.get(f"{LAYER}/statistics", county=COUNTY, asof=f"{year}-12-31")
        assert told["closes_to"]["difference_m2"] == "0.00"
        assert sum(round(float(r["area_m2"]) * 100) for r in told["rows"]) == round(float(told["total"]["area_m2"]) * 100)


def test_exactly_the_recorded_changes_of_the_next_year_are_found(sign_in, sealed, packages):
    officer = sign_in(f"data{COUNTY}")
    first, second = sorted(sealed)
    recorded = json.loads((packages / "changes.json").read_text(encoding="utf-8"))
    expected = {(c["change"], c["key"]) for c in recorded if c["layer"] == "DLTB"}
    found, after = set(), None
    while True:
        page = officer.get(f"{LAYER}/changes", **{"county": COUNTY, "from": first, "to": second, "limit": 1000, "after": after})
        found |= {(c["change"], c["key"]) for c in page["items"]}
        after = page["next"]
        if not after:
            break
    assert found == expected


def test_the_flow_between_classes_closes_with_both_years(sign_in, sealed):
    officer = sign_in(f"data{COUNTY}")
    first, second = sorted(sealed)
    flow = officer.get(f"{LAYER}/flow", **{"county": COUNTY, "from": first, "to": second})
    assert flow["closes"] is True


def test_as_of_either_year_answers_with_that_years_patches(sign_in, sealed):
    officer = sign_in(f"data{COUNTY}")
    first, second = sorted(sealed)
    numbers = {y: officer.get(f"{LAYER}/statistics", county=COUNTY, asof=f"{y}-12-31")["total"]["count"] for y in sealed}
    assert numbers[first] != numbers[second]
    before = officer.get(f"{LAYER}/statistics", county=COUNTY, asof=f"{int(first) - 1}-12-31")
    assert before["total"]["count"] == 0


def test_the_areas_of_a_screening_add_up_to_the_site(sign_in, decided):
    screening = sign_in(f"clerk{COUNTY}").get(f"/api/cases/{decided['case']}")["screening"]
    total = sum(round(float(c["area_m2"]) * 100) for c in screening["classes"])
    assert total == round(float(screening["site_area_m2"]) * 100)
    assert all(t["status"] in ("concerned", "not_concerned", "no_data") for t in screening["themes"])
    assert all(e["digest"] for t in screening["themes"] for e in t["editions"])


def test_the_paper_goes_out_and_anyone_verifies_it(sign_in, nodes, decided):
    from ziyuan.site.sample.client import Client

    document = decided["shown"]["documents"][0]
    body = sign_in("company").download(f"/api/applications/{decided['draft']}/documents/{document['id']}")
    assert body[:5] == b"%PDF-"
    stranger = Client(nodes.url("outer"))
    assert stranger.get(f"/api/verify/{document['code']}")["valid"] is True
    assert "核验通过" in stranger.download(f"/verify/{document['code']}").decode()
    assert stranger.get("/api/query", no=decided["no"], code=decided["query"])["state"] == "granted"


def test_the_decision_wrote_the_layer_of_reviewed_sites(sign_in, decided):
    clerk = sign_in(f"clerk{COUNTY}")
    case = clerk.get(f"/api/cases/{decided['case']}")
    found = clerk.get("/api/layers/land_control@2021~XSHX/features", county=COUNTY)
    assert [f["properties"]["ZSBH"] for f in found["features"]].count(case["decision"]["no"]) == 1


def test_a_service_is_rated_once(sign_in, decided):
    company = sign_in("company")
    company.post(f"/api/applications/{decided['draft']}/rating", {"level": 5})
    with pytest.raises(NodeRefused, match="已经评价"):
        company.post(f"/api/applications/{decided['draft']}/rating", {"level": 1})
    clerk = sign_in(f"clerk{COUNTY}")
    story.until(lambda: clerk.get(f"/api/cases/{decided['case']}")["rating"])


@pytest.mark.parametrize("node", ["inner", "outer"])
def test_the_record_of_the_whole_story_is_whole(nodes, decided, node):
    done = nodes.manage(node, "audit", "verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
