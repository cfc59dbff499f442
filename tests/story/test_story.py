"""The whole story over HTTP on two running nodes: a county delivers, a year passes, a company applies, the bureau decides."""

import json

import pytest

from tests.story.conftest import COUNTY
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
    assert (missing, surplus) == ([], [])
    located = [g for g in found if g["x"] is not None and g["lon"] is not None]
    assert len(located) > len(found) * 0.8
    assert all(g["message"] and g["remedy"] for g in found)


def _meets(fault, finding) -> bool:
    if fault["rule"] != finding["rule"] or fault["layer"] != finding["layer"]:
        return False
    if fault["key"] in (finding["key"], *(finding["partners"] or ())):
        return True
    return fault["x"] is not None and finding["x"] is not None and abs(fault["x"] - finding["x"]) < 50 and abs(fault["y"] - finding["y"]) < 50


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


@pytest.fixture(scope="module")
def decided(sign_in, sealed):
    """A case from application to decision, with one correction."""
    company, clerk = sign_in("company"), sign_in(f"clerk{COUNTY}")
    draft = story.prepare(company, story.boundary())
    sent = company.post(f"/api/applications/{draft}/submit", {"command": "first"})
    assert company.post(f"/api/applications/{draft}/submit", {"command": "first"}) == sent, "a repeat answers the same"
    case = story.case_of(clerk, sent["no"])
    items = [{"kind": "paper", "target": "saving_report", "text": "请补充节约集约用地论证分析"}]
    story.act(clerk, case["id"], "correct", items=items)
    story.until(lambda: company.get(f"/api/applications/{draft}")["state"] == "correcting")
    for kind in ("saving_report", "farmland_proof", "redline_proof"):
        story.hand_in(company, draft, kind)
    company.post(f"/api/applications/{draft}/answer", {"command": "answer"})
    story.until(lambda: clerk.get(f"/api/cases/{case['id']}")["status"] == "open")
    for user in (f"clerk{COUNTY}", "review340100", "chief340000"):
        told = story.act(sign_in(user), case["id"], "agree", command=f"agree-{user}")
    assert told["status"] == "granted"
    shown = story.until(lambda: (a := company.get(f"/api/applications/{draft}"))["documents"] and a)
    return {"draft": draft, "case": case["id"], "no": sent["no"], "query": sent["query_code"], "shown": shown}


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


def test_another_county_sees_nothing_in_any_representation(sign_in, decided):
    stranger = sign_in("clerk340121")
    number = sign_in(f"clerk{COUNTY}").get(f"/api/cases/{decided['case']}")["no"]
    assert stranger.get("/api/cases")["items"] == []
    assert stranger.get("/api/cases/count") == {"count": 0}
    assert number not in stranger.download("/api/cases/export.csv").decode("utf-8-sig")
    assert stranger.get("/api/tasks")["items"] == []
    for path in ("", "/screening", "/screening.geojson", "/papers/1", "/documents/1", "/summary.pdf"):
        with pytest.raises(NodeRefused, match="不在您的行政区"):
            stranger.get(f"/api/cases/{decided['case']}{path}")
    with pytest.raises(NodeRefused):
        stranger.post(f"/api/cases/{decided['case']}/actions/agree", {"opinion": "同意"})
    officer = sign_in("data340121")
    assert officer.get("/api/deliveries")["items"] == []
    assert officer.get(f"{LAYER}/count").get("count") == 0
    assert officer.get(f"{LAYER}/features", limit=10)["features"] == []
    assert officer.get(f"{LAYER}/statistics")["total"]["count"] == 0
    own, other = (sign_in(u).download(f"{LAYER}/tiles/9/422/83.mvt") for u in (f"data{COUNTY}", "data340121"))
    assert len(own) > len(other) == 0
    with pytest.raises(NodeRefused):
        officer.download(f"{LAYER}/export", county=COUNTY)


@pytest.mark.parametrize("node", ["inner", "outer"])
def test_the_record_of_the_whole_story_is_whole(nodes, decided, node):
    done = nodes.manage(node, "audit", "verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
