"""Nobody sees or touches another county's things, in any representation: the matrix of strangers."""

import pytest

from tests.story.conftest import COUNTY
from ziyuan.site.sample.client import Client
from ziyuan.site.sample.errors import NodeRefused

pytestmark = pytest.mark.story
LAYERS = ("tdt1057@2020~DLTB", "tdt1057@2020~CJDCQ", "control_lines@2021~YJJBNTTB", "land_control@2021~XSHX")
STRANGERS = ("340121", "341124")


def refused(ask) -> int:
    with pytest.raises(NodeRefused) as told:
        ask()
    assert told.value.answer["message"] and told.value.answer["remedy"]
    return told.value.status_given


@pytest.fixture(scope="module")
def things(sign_in, sealed, decided):
    """What there is to see: a case with papers and documents, a sealed and a returned delivery."""
    clerk, officer = sign_in(f"clerk{COUNTY}"), sign_in(f"data{COUNTY}")
    case = clerk.get(f"/api/cases/{decided['case']}")
    deliveries = officer.get("/api/deliveries", county=COUNTY)["items"]
    return {"case": case, "deliveries": deliveries, "bounds": officer.get("/api/me")["bounds"]}


@pytest.mark.parametrize("county", STRANGERS)
def test_a_case_is_in_no_list_count_export_inbox_or_search_of_another_county(sign_in, things, county):
    stranger, case = sign_in(f"clerk{county}"), things["case"]
    assert stranger.get("/api/cases")["items"] == []
    assert stranger.get("/api/cases", region=COUNTY)["items"] == []
    assert stranger.get("/api/cases", q=case["no"])["items"] == []
    assert stranger.get("/api/cases/count") == {"count": 0}
    for box in ("todo", "done", "mine"):
        assert stranger.get("/api/tasks", box=box)["items"] == []
    assert stranger.get("/api/tasks/count") == {"todo": 0}
    told = stranger.download("/api/cases/export.csv").decode("utf-8-sig")
    assert case["no"] not in told and case["title"] not in told and case["applicant"] not in told


@pytest.mark.parametrize("county", STRANGERS)
def test_a_case_opens_to_no_other_county_in_any_form(sign_in, things, county):
    stranger, case = sign_in(f"clerk{county}"), things["case"]
    key, paper, document = case["id"], case["papers"][0]["id"], case["documents"][0]["id"]
    paths = ["", "/screening", "/screening.geojson", "/summary.pdf", f"/papers/{paper}", f"/documents/{document}"]
    assert {refused(lambda p=path: stranger.download(f"/api/cases/{key}{p}")) for path in paths} == {404}
    for act in ("agree", "refuse", "correct", "return", "claim", "handover", "recall"):
        body = {"opinion": "同意", "items": [{"kind": "paper", "target": "basis", "text": "x"}], "command": f"x-{act}"}
        assert refused(lambda a=act, b=body: stranger.post(f"/api/cases/{key}/actions/{a}", b)) in (403, 404)
    unknown = refused(lambda: stranger.get("/api/cases/999999"))
    assert unknown == 404, "a case elsewhere and no case at all sound the same"


@pytest.mark.parametrize("county", STRANGERS)
def test_a_delivery_opens_to_no_other_county_in_any_form(sign_in, things, county):
    stranger = sign_in(f"data{county}")
    assert stranger.get("/api/deliveries")["items"] == []
    assert stranger.get("/api/deliveries", county=COUNTY)["items"] == []
    assert {e["county"] for e in stranger.get("/api/catalogue/duty")["items"]} <= {county}
    window = "preview.geojson?layer=DLTB&bbox=116,31,118,32"
    for delivery in things["deliveries"]:
        for path in ("", "/findings", "/findings.geojson", "/findings.gpkg", "/report.pdf", f"/{window}"):
            assert refused(lambda d=delivery, p=path: stranger.download(f"/api/deliveries/{d['id']}{p}")) == 404
        for act in ("accept", "forward", "return", "withdraw"):
            body = {"opinion": "同意", "command": f"{county}-{act}"}
            address = f"/api/deliveries/{delivery['id']}/actions/{act}"
            assert refused(lambda a=address, b=body: stranger.post(a, b)) in (403, 404)
    assert refused(lambda: stranger.upload("/api/deliveries", ("x.zip", b"x"), county=COUNTY, period="2024")) == 403


@pytest.mark.parametrize("county", STRANGERS)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_map_shows_another_county_nothing(sign_in, things, county, layer):
    own, stranger = sign_in(f"data{COUNTY}"), sign_in(f"data{county}")
    path = f"/api/layers/{layer}"
    features = own.get(f"{path}/features", county=COUNTY, limit=5)["features"]
    assert features, "there is something to hide"
    key = features[0]["properties"].get("BSM") or features[0].get("id")
    assert stranger.get(f"{path}/features", limit=5)["features"] == []
    assert _nothing(lambda: stranger.get(f"{path}/features", county=COUNTY, limit=5)["features"])
    assert stranger.get(f"{path}/count")["count"] == 0
    assert _nothing(lambda: stranger.get(f"{path}/count", county=COUNTY)["count"])
    assert refused(lambda: stranger.get(f"{path}/features/{COUNTY}/{key}")) in (403, 404)
    for form in ("gpkg", "csv"):
        assert refused(lambda f=form: stranger.download(f"{path}/export", county=COUNTY, format=f)) in (403, 404)
    lon, lat = _inside(features[0])
    assert stranger.get(f"{path}/identify", lon=lon, lat=lat)["items"] == []
    tile = _tile(lon, lat, 12)
    shown = own.download(f"{path}/tiles/{tile}.mvt")
    assert len(shown) > 0 and stranger.download(f"{path}/tiles/{tile}.mvt") == b""


@pytest.mark.parametrize("county", STRANGERS)
def test_figures_changes_and_control_areas_of_another_county_are_not_told(sign_in, things, sealed, county):
    stranger, path = sign_in(f"data{county}"), "/api/layers/tdt1057@2020~DLTB"
    first, second = sorted(sealed)
    assert stranger.get(f"{path}/statistics")["total"]["count"] == 0
    assert _nothing(lambda: stranger.get(f"{path}/statistics", county=COUNTY)["total"]["count"])
    years = {"county": COUNTY, "from": first, "to": second}
    assert refused(lambda: stranger.get(f"{path}/changes", **years)) in (403, 404)
    assert refused(lambda: stranger.get(f"{path}/flow", **years)) in (403, 404)
    rows = sign_in(f"data{COUNTY}").download(f"{path}/statistics.csv", county=COUNTY).decode("utf-8-sig").splitlines()
    figures = {r for r in rows if any(c.isdigit() for c in r)}
    theirs = f"{path}/statistics.csv"
    assert figures
    assert _nothing(lambda: figures & set(stranger.download(theirs, county=COUNTY).decode("utf-8-sig").splitlines()))
    assert _nothing(lambda: stranger.get("/api/control-areas", county=COUNTY)["items"])


def test_without_signing_in_nothing_at_all_is_shown(nodes, things, decided):
    nobody = Client(nodes.url("inner"))
    for path in ("me", "cases", "tasks", "deliveries", "layers", "audit", f"cases/{decided['case']}"):
        assert refused(lambda p=path: nobody.get(f"/api/{p}")) == 401


def test_another_applicant_sees_nothing_of_an_application(sign_in, decided):
    other, key = sign_in("company2"), decided["draft"]
    assert key not in [a["id"] for a in other.get("/api/applications")["items"]]
    assert key in [a["id"] for a in sign_in("company").get("/api/applications")["items"]]
    assert refused(lambda: other.get(f"/api/applications/{key}")) == 404
    document = decided["shown"]["documents"][0]["id"]
    assert refused(lambda: other.download(f"/api/applications/{key}/documents/{document}")) == 404
    assert refused(lambda: other.post(f"/api/applications/{key}/withdraw", {"command": "x"})) == 404


def _nothing(ask) -> bool:
    """Either an empty answer or a refusal."""
    try:
        return not ask()
    except NodeRefused as told:
        return told.status_given in (403, 404)


def _inside(feature) -> tuple[float, float]:
    import shapely
    from shapely.geometry import shape

    point = shapely.point_on_surface(shape(feature["geometry"]))
    return point.x, point.y


def _tile(lon: float, lat: float, zoom: int) -> str:
    """The tile of a place in the EPSG:4490 grid: 180° over 2^z, from (-180, 90)."""
    size = 180 / 2**zoom
    return f"{zoom}/{int((lon + 180) / size)}/{int((90 - lat) / size)}"
