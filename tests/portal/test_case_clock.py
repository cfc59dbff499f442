"""The clock of a case by the interface: each act answers with the record after it, a repeat like the first."""

import json

import pytest
from django.test import Client

from tests.workflow.world import FEIXI, World, seal_county
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of

PASSWORD = "clock-password"


def signed_in(role: str) -> Client:
    user = f"clock-{role}"
    add_person(user, "某人", organ_of(FEIXI), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": PASSWORD}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


@pytest.fixture
def accepted(db):
    """(address of an accepted case, its clerk, its chief)."""
    seal_county()
    world = World()
    clerk, chief = signed_in("county_clerk"), signed_in("county_chief")
    case = world.open()
    address = f"/api/cases/{case.pk}"
    for action in ("claim", "agree"):
        post(clerk, f"{address}/actions/{action}", opinion="同意。")
    return address, clerk, chief


def post(client: Client, address: str, **body):
    return client.post(address, json.dumps(body), "application/json")


def test_stop_resume_extend_and_answer(accepted):
    address, clerk, chief = accepted
    asked = {"kind": "专家评审", "reason": "论证", "command": "one"}
    for _ in range(2):
        answer = post(clerk, f"{address}/clock/stops", **asked)
        assert answer.status_code == 200, answer.json()
        assert [s["kind"] for s in answer.json()["clock"]["stops"]] == ["专家评审"]
    assert answer.json()["clock"]["standing"] == "专家评审"
    again = post(clerk, f"{address}/clock/stops/1/end").json()["clock"]
    assert (again["standing"], again["stops"][0]["ended_by"]) == ("", "某人")
    assert post(clerk, f"{address}/clock/extension", days=5, reason="复杂").status_code == 200
    assert post(clerk, f"{address}/clock/extension/answer", approve=True, opinion="同意。").status_code == 403
    told = post(chief, f"{address}/clock/extension/answer", approve=True, opinion="同意。").json()["clock"]
    assert (told["extended"], told["left"]) == (5, 15)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("clock/stops", {}, 422, "种类"),
        ("clock/stops/9/end", {}, 409, "恢复计时"),
        ("clock/extension", {"days": 99, "reason": "x"}, 422, "1 至 10 个工作日"),
        ("clock/extension/answer", {"approve": True}, 403, "答复延期申请"),
    ],
)
def test_a_refusal_says_what_is_wrong(accepted, path, body, status, says):
    address, clerk, _ = accepted
    answer = post(clerk, f"{address}/{path}", **body)
    assert (answer.status_code, says in answer.json()["message"]) == (status, True), answer.json()


def test_figures_and_their_table_are_read_by_the_chief(accepted):
    _, _, chief = accepted
    told = chief.get("/api/cases/clock/figures", {"level": "city"}).json()
    assert (told["items"][0]["region"], told["total"]["running"]) == ("340100", 1)
    table = chief.get("/api/cases/clock/figures.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert "平均用时" in table.content.decode("utf-8-sig")
