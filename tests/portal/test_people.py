"""Organisation and standing proxies by the interface: each act answers with what it made, a refusal says which field is wrong."""

import io
import json

import pytest
from django.test import Client

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.people import add_person
from ziyuan.kernel.identity.sample import SINCE, organ_of

PASSWORD, ORGAN = "people-password", f"ZR{FEIXI}"


def signed_in(role: str, user: str = "", password: str = PASSWORD) -> Client:
    user = user or f"people-{role}"
    if password == PASSWORD:
        add_person(user, f"{role}某", organ_of(FEIXI), PASSWORD, [role], SINCE)
    client = Client()
    told = client.post("/api/login", json.dumps({"user": user, "password": password}), "application/json").json()
    client.defaults["HTTP_X_CSRFTOKEN"] = told["csrf"]
    return client


def post(client: Client, address: str, **body):
    return client.post(f"/api{address}", json.dumps(body), "application/json")


@pytest.fixture
def officers(db):
    return signed_in("system_admin"), signed_in("security_admin")


def test_a_unit_a_person_and_a_post_from_nothing_to_signing_in(officers):
    system, security = officers
    day = {"since": kernel.today().isoformat(), "reason": "任免通知"}
    made = post(system, "/units", code="FX-YT", name="用途管制股", parent=ORGAN, **day)
    assert (made.status_code, made.json()["path"][-1]["code"]) == (200, ORGAN)
    person = post(system, "/people", user="zhang", name="张三", unit="FX-YT", **day).json()
    unit = post(security, "/posts", person=person["id"], unit="FX-YT", role="county_clerk", head=True, **day).json()
    assert [(p["name"], p["role_title"], p["head"]) for p in unit["posts"]] == [("张三", "经办人", True)]
    zhang = signed_in("", "zhang", person["password"])
    assert "case.act" in zhang.get("/api/me").json()["permissions"]
    tree = system.get("/api/organisation", {"q": "用途"}).json()
    found = next(i for i in tree["items"] if i["code"] == "FX-YT")
    assert (found["people"], found["head"], found["parent"]) == (1, "张三", ORGAN)
    assert (tree["may_change"], tree["may_appoint"]) == (True, False)
    table = system.get("/api/organisation.csv")
    assert "张三" in table.content.decode("utf-8-sig")
    ended = post(security, f"/posts/{unit['posts'][0]['id']}/end", until=kernel.today().isoformat(), reason="免职通知")
    assert ended.status_code == 200
    acts = [c["act"] for c in system.get("/api/organisation/changes", {"unit": "FX-YT"}).json()["items"]]
    assert acts == ["post.ended", "post.appointed", "person.added", "organ.added"]


@pytest.mark.parametrize(
    ("who", "path", "body", "status", "says"),
    [
        (0, "/units", {}, 422, "请填写名称"),
        (0, "/units", {"since": "2026-02-30"}, 422, ""),
        (1, "/units", {}, 403, "设置机构"),
        (0, "/posts", {}, 403, "任免岗位"),
        (1, "/posts", {}, 404, "没有找到人员"),
        (0, f"/units/{ORGAN}/close", {"until": "2030-01-01", "reason": "x"}, 409, "还有"),
        (0, "/units/NONE/name", {"name": "x", "since": "2026-01-01", "reason": "x"}, 404, "没有找到单位"),
        (0, "/people/999999/password", {"reason": "x"}, 404, "没有找到人员"),
    ],
)
def test_a_refusal_says_what_is_wrong(officers, who, path, body, status, says):
    answer = post(officers[who], path, **body)
    assert (answer.status_code, says in answer.json()["message"]) == (status, True), answer.json()


def test_a_proxy_is_given_with_its_letter_and_ended(db):
    head, clerk = signed_in("county_chief"), signed_in("county_clerk")
    told = head.get("/api/proxies/eligible").json()
    proxy = next(p["id"] for p in told["items"] if p["name"] == "county_clerk某")
    today = kernel.today().isoformat()
    body = {"proxy": proxy, "since": today, "until": today, "reason": "出差", "matters": told["matters"][0]["id"]}
    letter = io.BytesIO(b"%PDF- letter")
    letter.name = "委托书.pdf"
    made = head.post("/api/proxies", {**body, "letter": letter})
    assert made.status_code == 200, made.json()
    row = made.json()["items"][0]
    assert (row["state"], row["letter"]["name"]) == ("standing", "委托书.pdf")
    assert [m["id"] for m in row["matters"]] == [body["matters"]]
    assert b"".join(clerk.get(f"/api/proxies/{row['id']}/letter").streaming_content) == b"%PDF- letter"
    refused = head.post("/api/proxies", {**body, "until": "", "proxy": 0})
    assert refused.status_code == 422
    ended = post(clerk, f"/proxies/{row['id']}/end", reason="提前返回").json()["items"][0]
    assert (ended["state"], ended["ended_reason"]) == ("ended", "提前返回")
