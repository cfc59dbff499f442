"""Services, requests for an opinion, submissions, the platform and the calendar by the interface."""

import json
import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.workflow.world import CHUZHOU, FEIXI, World, seal_county
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of
from ziyuan.workflow import service as workflow

PASSWORD = "letters-password"


def signed_in(role: str, region: str = FEIXI) -> Client:
    user = f"letters-{role}-{region}"
    add_person(user, "某人", organ_of(region), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def post(client: Client, address: str, **body):
    return client.post(address, json.dumps(body), "application/json")


def scan(name: str = "a.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4")


@pytest.fixture
def accepted(db):
    """(case, address, its clerk, its chief)."""
    seal_county()
    clerk, chief = signed_in("county_clerk"), signed_in("county_chief")
    case = World().open()
    address = f"/api/cases/{case.pk}"
    for action in ("claim", "agree"):
        post(clerk, f"{address}/actions/{action}", opinion="同意。")
    return case, address, clerk, chief


def test_a_decision_is_served_with_its_proof(accepted):
    case, address, clerk, chief = accepted
    for action in ("claim", "agree"):
        post(chief, f"{address}/actions/{action}", opinion="同意。")
    workflow.issue_document(case=case.pk)
    of = clerk.get(address).json()["serving"]["items"][0]["of"]
    told = {"of": of, "way": "直接送达", "at": kernel.now().isoformat(), "served": "true", "receiver": "王磊"}
    refused = clerk.post(f"{address}/services", told)
    assert (refused.status_code, "送达回证" in refused.json()["message"]) == (422, True)
    answer = clerk.post(f"{address}/services", {**told, "proof": scan(), "command": "one"})
    assert answer.status_code == 200, answer.json()
    item = answer.json()["serving"]["items"][0]
    assert item["state"] == "served"
    file = clerk.get(f"{address}/files/{item['attempts'][0]['proof']['digest']}")
    assert b"".join(file.streaming_content) == b"%PDF-1.4"
    assert clerk.get("/api/cases", {"asks": "service"}).json()["items"] == []


def test_an_organ_asks_another_which_answers_over_its_own_list(accepted):
    case, address, clerk, _ = accepted
    other = signed_in("city_reviewer", CHUZHOU)
    organs = clerk.get("/api/consultations/organs").json()["items"]
    assert f"ZR{CHUZHOU}" in {organ["code"] for organ in organs}
    due = kernel.today().replace(year=kernel.today().year + 1).isoformat() if kernel.today().day != 29 else ""
    paper = clerk.get(address).json()["papers"][0]["id"]
    asked = post(clerk, f"{address}/consultations", to_organ=f"ZR{CHUZHOU}", question="同意吗?", due=due, papers=[paper])
    assert asked.status_code == 200, asked.json()
    row = other.get("/api/consultations").json()["items"][0]
    assert b"".join(other.get(row["papers"][0]["url"]).streaming_content).startswith(b"%PDF-")
    assert other.get(address).status_code == 404
    answer = other.post(f"/api/consultations/{row['id']}/answer", {"verdict": "agree", "text": "同意。", "letter": scan()})
    assert (answer.status_code, answer.json()["state"]) == (200, "answered")
    assert clerk.get(address).json()["consulting"]["items"][0]["answer"]["text"] == "同意。"
    table = other.get("/api/consultations/export.csv").content.decode("utf-8-sig")
    assert "同意吗?" in table
    assert clerk.get(f"/api/consultations/{row['id']}").json()["case"] == case.pk


def test_a_letter_is_entered_and_a_request_taken_back(accepted):
    _, address, clerk, _ = accepted
    due = kernel.today().fromordinal(kernel.today().toordinal() + 9).isoformat()
    for _ in range(2):
        assert post(clerk, f"{address}/consultations", to_name="省水利厅", question="同意吗?", due=due).status_code == 200
    entered = clerk.post(f"{address}/consultations/1/answer", {"verdict": "object", "text": "不同意。", "letter": scan()})
    assert entered.json()["consulting"]["items"][0]["state"] == "answered"
    taken = post(clerk, f"{address}/consultations/2/recall", reason="不再需要")
    assert taken.json()["consulting"]["items"][1]["state"] == "recalled"
    assert post(clerk, f"{address}/consultations/2/recall", reason="不再需要").status_code == 409


def test_figures_and_their_tables(accepted):
    _, _, _, chief = accepted
    assert chief.get("/api/cases/supervision/figures", {"months": True}).json()["total"]["accepted"] == 1
    assert chief.get("/api/cases/quality/figures", {"group": "agent"}).json()["items"][0]["first_pass"] == 1
    for path, word in (("supervision", "用时中位数"), ("quality", "一次通过率")):
        table = chief.get(f"/api/cases/{path}/figures.csv")
        assert table.headers["Content-Type"].startswith("text/csv")
        assert word in table.content.decode("utf-8-sig")


def test_a_notice_is_loaded_and_shown(accepted):
    _, _, clerk, chief = accepted
    folder = kernel.node().data / "calendar"
    try:
        told = {"region": FEIXI, "year": 2026, "source": "示例", "days": [["2026-03-09", "临时安排", "休"]]}
        file = SimpleUploadedFile("n.json", json.dumps(told).encode())
        assert clerk.post("/api/calendar/notices", {"file": file}).status_code == 403
        file.seek(0)
        answer = chief.post("/api/calendar/notices", {"file": file})
        assert answer.status_code == 200, answer.json()
        assert "2026-03-09" in {d["day"] for d in clerk.get("/api/calendar", {"year": 2026}).json()["days"]}
        bad = chief.post("/api/calendar/notices", {"file": SimpleUploadedFile("n.json", b"{}")})
        assert bad.status_code == 422
    finally:
        shutil.rmtree(folder, ignore_errors=True)
