"""Deliveries over HTTP: the whole road of a county's package, and the same answers to everyone who may not."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ziyuan.onemap.deliveries.job import read_and_check
from ziyuan.site.sample.generate import Order, generate

COUNTY = "340123"


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("http-sample")
    generate(Order(COUNTY, 2000, 1, 2024, True, "independent", False, 3, out), lambda line: None)
    return out


@pytest.fixture
def signed_in(officer):
    """A browser of a stored person of a role and region; it sends its CSRF mark."""

    def go(role: str, region: str) -> Client:
        user = f"http-{role}-{region}"
        officer(role, region, user)
        client = Client()
        told = client.post("/api/login", json.dumps({"user": user, "password": "test-password"}), "application/json")
        client.defaults["HTTP_X_CSRFTOKEN"] = told.json()["csrf"]
        return client

    return go


def deliver(client: Client, body: bytes, name: str = "340123-2024.zip", command: str = "c1"):
    file = SimpleUploadedFile(name, body, "application/zip")
    return client.post("/api/deliveries", {"file": file, "county": COUNTY, "period": "2024", "command": command})


def test_a_package_goes_the_whole_road_over_http(signed_in, sample):
    officer, province = signed_in("data_officer", COUNTY), signed_in("data_reviewer", "340000")
    table = SimpleUploadedFile("control_areas.csv", (sample / "control_areas.csv").read_bytes(), "text/csv")
    assert province.post("/api/control-areas", {"file": table}).json()["registered"] > 10

    first = deliver(officer, (sample / "340123-2024-faulty.zip").read_bytes())
    assert first.status_code == 200 and first.json()["state"] == "received"
    assert deliver(officer, b"other bytes").json()["id"] == first.json()["id"]
    number = first.json()["id"]
    read_and_check(delivery=number)
    told = officer.get(f"/api/deliveries/{number}").json()
    assert told["state"] == "returned" and told["progress"]["percent"] == 100
    page = officer.get(f"/api/deliveries/{number}/findings?severity=error&limit=5").json()
    assert len(page["items"]) == 5 and page["next"]
    assert officer.get(f"/api/deliveries/{number}/findings.geojson").json()["type"] == "FeatureCollection"
    assert officer.get(f"/api/deliveries/{number}/findings.gpkg").content.startswith(b"SQLite")
    assert officer.get(f"/api/deliveries/{number}/report.pdf").content.startswith(b"%PDF")

    second = deliver(officer, (sample / "340123-2024.zip").read_bytes(), command="c2").json()["id"]
    read_and_check(delivery=second)
    accepted = province.post(f"/api/deliveries/{second}/actions/accept",
                             json.dumps({"opinion": "同意入库", "command": "c3"}), "application/json")
    assert accepted.json()["state"] == "sealed" and len(accepted.json()["edition"]) == 64
    assert province.get("/api/layers/tdt1057@2020~DLTB/count?county=340123").status_code == 200


def test_wrong_asks_are_answered_in_words_never_by_a_fault(signed_in):
    officer = signed_in("data_officer", COUNTY)
    for answer, status in (
        (deliver(officer, b""), 422),
        (officer.get("/api/deliveries/999999"), 404),
        (officer.post("/api/deliveries", {"county": COUNTY, "period": "2024"}), 422),
        (officer.post("/api/deliveries/1/actions/melt", "{}", "application/json"), 404),
    ):
        assert answer.status_code == status
        told = answer.json()
        assert told["code"].startswith("ZY-") and told["message"] and "系统错误" not in told["message"]


def test_strangers_get_neither_list_nor_detail(signed_in, sample):
    officer, stranger = signed_in("data_officer", COUNTY), signed_in("data_officer", "340121")
    number = deliver(officer, (sample / "340123-2024.zip").read_bytes()).json()["id"]
    assert stranger.get("/api/deliveries").json()["items"] == []
    for path in ("", "/findings", "/findings.geojson", "/findings.gpkg", "/report.pdf",
                 "/preview.geojson?layer=DLTB&bbox=116,31,118,32"):  # fmt: skip
        assert stranger.get(f"/api/deliveries/{number}{path}").status_code == 404
    answer = stranger.post(f"/api/deliveries/{number}/actions/withdraw", "{}", "application/json")
    assert answer.status_code == 404
    assert deliver(stranger, b"x").status_code == 403
    assert Client().get(f"/api/deliveries/{number}").status_code == 401
