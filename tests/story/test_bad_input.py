"""Bad input of each kind through the HTTP door: a Chinese message with place and remedy, and nothing left behind."""

import re
from pathlib import Path

import pytest

from tests.story.conftest import COUNTY
from tests.support import database, packages, story
from ziyuan.site.sample import deliver
from ziyuan.site.sample.errors import NodeRefused

pytestmark = pytest.mark.story

# kind → (bytes from a true package, the rule that must be named, what its message or place must hold)
BAD = {
    "not a zip": (lambda p: b"Rar!\x1a\x07\x00 data", "ZY-SBX-010", "zip"),
    "zip bomb": (lambda p: packages.packed({"340123.gpkg": bytes(64 << 20)}), "ZY-SBX-012", "340123.gpkg"),
    "path escape": (lambda p: packages.packed({"../../DLTB.shp": b"x"}), "ZY-SBX-011", "DLTB.shp"),
    "missing layer": (
        lambda p: packages.packed(packages.written(p, "GPKG", packages.without("CJDCQ"))),
        "ZY-FMT-004",
        "CJDCQ",
    ),
    "wrong CRS": (lambda p: packages.packed(packages.written(p, "GPKG", crs="EPSG:4528")), "ZY-FMT-031", "40"),
    "VRT dressed as .shp": (packages.disguised, "ZY-FMT-001", "DLTB.shp"),
    "GBK and UTF-8 mixed": (packages.mixed, "ZY-FMT-020", "DLMC"),
    "self-crossing ring": (
        lambda p: packages.packed(packages.written(p, "GPKG", packages.first_shape("DLTB", packages.crossed))),
        "DLTB-geometry-valid",
        "",
    ),
    "empty geometry": (
        lambda p: packages.packed(packages.written(p, "GPKG", packages.first_shape("DLTB", lambda shape: None))),
        "DLTB-geometry-empty",
        "",
    ),
}


def leftovers(nodes) -> set[str]:
    """Files of both nodes that no row stands for: temporary ones, half written ones."""
    found = {str(p) for p in (nodes.folder / "tmp").rglob("*") if p.is_file()}
    for told in nodes.told.values():
        found |= {str(p) for p in Path(told["data"]).rglob("*.part")}
    return found


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_package_is_returned_with_place_and_remedy_and_leaves_nothing(sign_in, nodes, packages_of, sealed, kind):
    make, rule, said = BAD[kind]
    officer, year = sign_in(f"data{COUNTY}"), min(sealed)
    before = leftovers(nodes)
    told = deliver.checked(officer, officer.upload(
        "/api/deliveries", (f"{COUNTY}-{year}.zip", make(packages_of(year))), county=COUNTY, period=year
    )["id"])  # fmt: skip
    assert told["state"] == "returned"
    found = officer.get(f"/api/deliveries/{told['id']}/findings", limit=1000)["items"]
    named = [f for f in found if f["severity"] == "error" and f["rule"] == rule]
    assert named, {(f["rule"], f["message"]) for f in found}
    assert all(re.search("[一-鿿]", f["message"]) and f["remedy"] for f in found)
    assert any(said in f"{f['message']} {f['layer']} {f['field']}" for f in named), named
    if rule.startswith("DLTB"):
        assert named[0]["key"] or named[0]["row"] is not None
    assert leftovers(nodes) == before
    assert not list(nodes.folder.rglob("DLTB.shp"))
    with database.connect(nodes.told["inner"], nodes.told["inner"]["database"]["name"]) as books:
        half = books.execute("SELECT count(*) FROM onemap_delivery WHERE state IN ('open', 'received', 'reading', 'checking')")
        editions = books.execute("SELECT count(*) FROM onemap_edition WHERE delivery_no = %s", [told["no"]])
        assert (half.fetchone(), editions.fetchone()) == ((0,), (0,))


def test_an_empty_upload_is_refused_at_the_door_and_makes_no_delivery(sign_in, sealed):
    officer = sign_in(f"data{COUNTY}")
    before = [d["id"] for d in officer.get("/api/deliveries", county=COUNTY)["items"]]
    with pytest.raises(NodeRefused, match="空的") as refused:
        officer.upload("/api/deliveries", ("空.zip", b""), county=COUNTY, period=min(sealed))
    assert refused.value.answer["remedy"]
    assert [d["id"] for d in officer.get("/api/deliveries", county=COUNTY)["items"]] == before


@pytest.mark.parametrize(
    ("kind", "txt", "said"),
    [
        ("wrong zone", story.boundary(east=40510000), "带号"),
        ("another province", story.boundary(north=2507000), "安徽"),
        ("not a text", bytes(range(256)) * 4, ""),
        ("crossing ring", story.boundary(height=0), ""),
    ],
)
def test_a_bad_boundary_text_is_refused_with_line_and_remedy(sign_in, nodes, sealed, kind, txt, said):
    company = sign_in("company")
    draft = company.post("/api/applications", {"matter": "use_control/site_review"})["id"]
    before = leftovers(nodes)
    with pytest.raises(NodeRefused) as refused:
        company.upload(f"/api/applications/{draft}/site", ("界址点.txt", txt))
    answer = refused.value.answer
    assert refused.value.status_given == 422 and answer["remedy"]
    assert said in str(answer) and re.search("[一-鿿]", answer["message"])
    told = company.get(f"/api/applications/{draft}")
    assert told["site"] is None and told["state"] == "draft"
    assert leftovers(nodes) == before
