"""Answers to the guards' questions: recorded with who, when and what was shown; the organ's next delivery starts from them."""

import pytest

from tests.support import packages
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries.job import read_and_check

COUNTY = "340123"
deliveries = onemap.deliveries


@pytest.fixture
def send(people):
    def go(body, kind="precursor", who="officer", **more):
        order = deliveries.Order(COUNTY, "2024", kind=kind, **more)
        row = deliveries.submit(people[who], (COUNTY, "2024"), body, "a.zip", order=order)
        read_and_check(delivery=row.pk)
        return deliveries.detail(people["officer"], row.pk)

    return go


def without_prj(package) -> bytes:
    """Shapefiles that say nothing of their coordinate system."""
    return packages.packed({n: b for n, b in packages.shapefiles(package).items() if not n.endswith(".prj")})


def test_an_answer_is_recorded_and_carried_to_the_next_delivery_of_the_organ(registered, send, sample, people):
    package = without_prj(sample / "340123-2024.zip")
    asked = send(package)
    assert asked["state"] == "returned" and any(r["family"] == "坐标系" for r in asked["summary"])
    answered = send(package, crs="EPSG:4527")
    assert answered["state"] == "accepted", answered["summary"]
    (decision,) = answered["decisions"]
    assert (decision["what"], decision["value"], decision["by"], decision["from"]) == ("crs", "4527", "汇交员", None)
    assert decision["at"] and "坐标系" in decision["shown"]
    start = deliveries.start(people["officer"], "survey_county", COUNTY)
    assert (start["crs"], start["from"], start["encoding"]) == (4527, answered["no"], "")
    carried = send(package)
    assert carried["state"] == "accepted" and carried["decisions"][0]["from"] == answered["no"]


def test_a_carried_answer_never_outweighs_what_the_file_itself_says(registered, send, sample):
    send(without_prj(sample / "340123-2024.zip"), crs="EPSG:4526")
    told = send(sample / "340123-2024.zip")
    assert told["state"] == "accepted" and told["layers"][0]["epsg"] == 4527


def renamed(name, table):
    """The land-use layer under other names of its columns."""
    if name != "DLTB":
        return table
    return table.rename_columns(["图斑号" if c == "TBBH" else c for c in table.column_names])


def test_columns_and_members_are_renamed_as_the_deliverer_said(registered, send, sample, people):
    members = packages.written(sample / "340123-2024.zip", "ESRI Shapefile", renamed, encoding="UTF-8")
    cpg = {f"{layer}.cpg": b"UTF-8" for layer in packages.LAYERS}
    named = {n.replace("DLTB.", "地类图斑表."): b for n, b in {**members, **cpg}.items()}
    unknown = send(packages.packed(named))
    assert unknown["state"] == "returned" and "ZY-FMT-004" in {r["rule"] for r in unknown["summary"]}
    told = send(packages.packed(named), members={"地类图斑表": "DLTB"}, columns={"DLTB": {"图斑号": "TBBH"}})
    assert told["state"] == "accepted", told["summary"]
    start = deliveries.start(people["officer"], "survey_county", COUNTY)
    assert start["members"] == {"地类图斑表": "DLTB"} and start["columns"] == {"DLTB": {"图斑号": "TBBH"}}
    assert send(packages.packed(named))["state"] == "accepted", "the next delivery starts from it"
