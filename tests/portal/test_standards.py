"""The standards as an office asks for them: readable by every role of the offices, files that open, hostile names."""

import io
import json
import zipfile

import pytest
from django.test import Client

from tests.portal.places import signed_in
from ziyuan.onemap.standards import library

pytestmark = pytest.mark.django_db(databases=["default", "auditor"])


@pytest.fixture
def reader():
    return signed_in("data_officer", "340123")


def test_the_list_names_every_layer_and_says_what_is_missing(reader):
    items = {one["name"]: one for one in reader.get("/api/standards").json()["items"]}
    assert set(items) == set(library.names())
    layers = items["tdt1057@2020"]["layers"]
    assert any(one["catalogue_only"] and one["missing"] for one in layers)
    assert next(one for one in layers if one["layer"] == "tdt1057@2020/DLTB")["fields"] == 30


def test_one_standard_holds_fields_codes_and_rules(reader):
    told = reader.get("/api/standards/tdt1057@2020").json()
    field = next(f for f in told["fields"]["DLTB"] if f["name"] == "DLBM")
    assert (field["type"], field["domain"], field["required"]) == ("code", "DLBM", True)
    assert field["schema"]["enum"][0] == "0101"
    assert field["shown"] == {"internal": "none", "sharing": "none", "public": "hide"}
    code = next(r for r in told["codes"]["DLBM"]["rows"] if r["code"] == "0101")
    assert (code["name"], code["parent"]) == ("水田", "01")
    assert any(rule["id"] == "DLTB-T1" for rule in told["rules"])


@pytest.mark.parametrize(
    ("name", "begins"),
    [("handbook.html", b"<!doctype html>"), ("template.gpkg", b"SQLite format 3"), ("template.xlsx", b"PK"),
     ("empty.vct", b"HeadBegin"), ("schema.json", b"{"), ("styles.json", b"{")],
)  # fmt: skip
def test_each_file_comes_with_a_chinese_name_and_opens(reader, name, begins):
    answer = reader.get(f"/api/standards/control_lines@2021/{name}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert "filename*=UTF-8''" in answer["Content-Disposition"]
    if name.endswith(".xlsx"):
        assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    if name.endswith(".json"):
        json.loads(answer.content)


def test_the_difference_of_two_standards_is_told_in_chinese(reader):
    told = reader.get("/api/standards/admin_areas@1/differences?old=control_lines@2021").json()
    assert told["counts"]["changes"] == len(told["items"]) > 0
    assert any(one["line"].startswith("删去图层") for one in told["items"])


@pytest.mark.parametrize("address", ["nothing@1", "tdt1057@2021", "tdt1057@2020/differences"])
def test_an_unknown_standard_is_not_found_and_names_the_nearest(reader, address):
    answer = reader.get(f"/api/standards/{address}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "ZY-STD-005"


def test_a_system_that_is_no_zone_is_refused(reader):
    assert reader.get("/api/standards/control_lines@2021/empty.vct?epsg=2362").status_code == 422
    assert reader.get("/api/standards/control_lines@2021/template.gpkg?epsg=3857").status_code == 422


def test_nobody_reads_them_without_signing_in():
    assert Client().get("/api/standards").status_code == 401
