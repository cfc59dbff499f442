"""Findings over HTTP: the officer's day from the returned delivery to the approved exception, and strangers kept out."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.onemap.findings import small_package as made
from ziyuan.onemap.deliveries.job import read_and_check

CODE_RULE = "DLTB-DLBM-domain"
FORMS = ("findings.gpkg", "findings.csv", "findings.geojson", "report.html", "report.pdf")


@pytest.fixture
def signed_in(officer):
    """A browser of a stored person of a role and region; it sends its CSRF mark."""

    def go(role: str, region: str) -> Client:
        user = f"find-{role}-{region}"
        officer(role, region, user)
        client = Client()
        told = client.post("/api/login", json.dumps({"user": user, "password": "test-password"}), "application/json")
        client.defaults["HTTP_X_CSRFTOKEN"] = told.json()["csrf"]
        return client

    return go


def act(client: Client, path: str, **body):
    return client.post(path, json.dumps({"opinion": "同意", "command": "", **body}), "application/json")


@pytest.fixture
def returned(signed_in):
    """The officer, and the number of his delivery that came back with one wrong code."""
    client = signed_in("data_officer", made.COUNTY)
    body = made.zipped(made.with_wrong_code(made.lawful(), 9))
    file = SimpleUploadedFile("340123-2024.zip", body, "application/zip")
    told = client.post("/api/deliveries", {"file": file, "county": made.COUNTY, "period": "2024", "command": "f1"})
    read_and_check(delivery=told.json()["id"])
    return client, told.json()["id"]


def ask(client: Client, delivery: int, findings: list[int], **more):
    facts = {"findings": ",".join(map(str, findings)), "reason": "省厅批复", "until": "2099-12-31",
             "proof": SimpleUploadedFile("批复.pdf", b"%PDF proof"), "command": "x1", **more}  # fmt: skip
    return client.post(f"/api/deliveries/{delivery}/exceptions", facts)


def test_an_officer_excepts_an_error_and_the_city_approves(returned, signed_in):
    officer, delivery = returned
    city = signed_in("data_reviewer", "340100")
    page = officer.get(f"/api/deliveries/{delivery}/findings?severity=error&state=open&standing=new").json()
    numbers = [f["id"] for f in page["items"]]
    assert officer.get(f"/api/deliveries/{delivery}/findings/counts").json()["open_errors"] == len(numbers)
    asked = ask(officer, delivery, numbers)
    assert asked.status_code == 200 and asked.json()["state"] == "requested"
    assert ask(officer, delivery, numbers).json()["id"] == asked.json()["id"]  # the same command again
    number = asked.json()["id"]
    assert b"".join(city.get(f"/api/exceptions/{number}/proof").streaming_content) == b"%PDF proof"
    assert act(officer, f"/api/exceptions/{number}/actions/approve").status_code == 403
    assert city.get("/api/exceptions?state=requested").json()["items"][0]["id"] == number
    approved = act(city, f"/api/exceptions/{number}/actions/approve")
    assert approved.json()["state"] == "approved" and approved.json()["covers"] == len(numbers)
    assert officer.get(f"/api/deliveries/{delivery}/findings/counts").json()["open_errors"] == 0
    excepted = officer.get(f"/api/deliveries/{delivery}/findings?state=excepted").json()["items"]
    assert {f["id"] for f in excepted} == set(numbers) and excepted[0]["exception"]["no"] == approved.json()["no"]
    page = officer.get(f"/api/deliveries/{delivery}/report.html").content.decode()
    assert approved.json()["no"] in page and "省厅批复" in page and "签名" in page


def test_a_dispute_goes_to_the_province_and_leaves_a_fixture(returned, signed_in):
    officer, delivery = returned
    (finding,) = officer.get(f"/api/deliveries/{delivery}/findings?rule={CODE_RULE}").json()["items"]
    raised = officer.post(f"/api/findings/{finding['id']}/disputes", {"reason": "该代码已启用"})
    assert raised.json()["state"] == "raised" and raised.json()["finding"]["state"] == "disputed"
    number = raised.json()["id"]
    assert officer.get(f"/api/disputes/{number}/fixture").status_code == 404
    assert act(signed_in("data_reviewer", "340100"), f"/api/disputes/{number}/actions/false_alarm").status_code == 403
    province = signed_in("data_reviewer", "340000")
    answered = act(province, f"/api/disputes/{number}/actions/false_alarm", opinion="属误报")
    assert answered.json()["state"] == "false_alarm"
    text = province.get(answered.json()["fixture_url"]).content.decode()
    assert CODE_RULE in text and "expect: silent" in text


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_the_report_is_given_to_its_county_and_refused_to_another(returned, signed_in, form):
    officer, delivery = returned
    answer = officer.get(f"/api/deliveries/{delivery}/{form}")
    head = {"gpkg": b"SQLite", "csv": "\ufeff".encode(), "geojson": b"{", "html": b"<!DOCTYPE", "pdf": b"%PDF"}
    assert answer.status_code == 200 and answer.content.startswith(head[form.rsplit(".", 1)[1]])
    for role, region in (("data_officer", "340121"), ("data_reviewer", "341100")):
        refused = signed_in(role, region).get(f"/api/deliveries/{delivery}/{form}")
        assert refused.status_code == 404 and b"0199" not in refused.content


def test_what_is_wrong_in_a_request_is_said_at_its_field(returned):
    officer, delivery = returned
    (finding,) = officer.get(f"/api/deliveries/{delivery}/findings?rule={CODE_RULE}").json()["items"]
    for facts, field in (({"until": "昨天"}, "until"), ({"reason": " "}, "reason"), ({"scope": "x"}, "scope")):
        answer = ask(officer, delivery, [finding["id"]], command="", **facts)
        assert answer.status_code == 422 and field in answer.json()["facts"]["fields"], answer.json()
    assert ask(officer, delivery, []).json()["facts"]["fields"] == {"findings": "没有选中问题"}
    assert officer.get(f"/api/deliveries/{delivery}/findings?state=gone").status_code == 422
    assert act(officer, "/api/exceptions/1/actions/melt").status_code == 404


def test_the_chains_are_told_and_checked(signed_in):
    officer = signed_in("data_officer", made.COUNTY)
    assert [c["id"] for c in officer.get("/api/chains").json()] == ["land_use", "supervision"]
    report = officer.get("/api/chains/land_use/report").json()
    assert report["items"] == [] and report["stages"][-1]["ready"] is False
    table = officer.get("/api/chains/land_use/report.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("检查,级别,环节") and len(table) == 1 + len(report["items"])
    assert officer.get("/api/chains/none/report").status_code == 422
    assert officer.get("/api/chains/land_use/report?county=340121").status_code == 403
