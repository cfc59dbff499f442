"""Who is behind a request: cookie with its mark, or bearer token; every failure says what and what to do."""

import json

import pytest
from django.test import Client


@pytest.fixture
def clerk(officer):
    return officer("county_clerk", "340123", "wang")


def _login(client, user="wang", password="test-password"):  # noqa: S107
    return client.post("/api/login", {"user": user, "password": password}, content_type="application/json")


def test_a_person_signs_in_and_is_told_who_he_is(clerk):
    client = Client()
    answer = _login(client)
    assert answer.status_code == 200
    told = client.get("/api/me").json()
    assert told["person"]["region_name"] == "肥西县"
    assert told["person"]["role_titles"] == ["经办人"]
    assert "case.act" in told["permissions"] and "delivery.accept" not in told["permissions"]


def test_a_wrong_password_is_told_with_its_remedy(clerk):
    answer = _login(Client(), password="wrong")
    assert answer.status_code == 401
    assert answer.json()["code"] == "ZY-KRN-002" and answer.json()["remedy"]


def test_without_signing_in_nothing_is_answered(db):
    for path in ("/api/me", "/api/tasks", "/api/cases", "/api/layers", "/api/deliveries", "/api/audit"):
        answer = Client().get(path)
        assert (path, answer.status_code, answer.json()["code"]) == (path, 401, "ZY-KRN-001")


def test_a_script_uses_its_token_without_cookie(clerk):
    token = _login(Client()).json()["token"]
    assert Client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert Client().post("/api/logout", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert Client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"X-CSRFToken": "wrong"}, 403),
        ({"Origin": "http://evil.example", "X-CSRFToken": "right"}, 403),
        ({"X-CSRFToken": "right"}, 200),
    ],
)
def test_a_cookie_alone_does_not_authorise_an_unsafe_request(clerk, headers, status):
    client = Client()
    csrf = _login(client).json()["csrf"]
    sent = {k: csrf if v == "right" else v for k, v in headers.items()}
    assert client.post("/api/logout", headers=sent).status_code == status


def test_the_contract_is_served_and_names_every_group(db):
    paths = Client().get("/api/openapi.json").json()["paths"]
    assert {"/api/login", "/api/tasks", "/api/cases/{case}", "/api/deliveries", "/api/layers"} <= set(paths)
    assert not any(p.startswith("/api/applications") for p in paths), "the inner node takes no applications"


def test_bad_input_names_the_field(clerk):
    client = Client()
    _login(client)
    answer = client.get("/api/cases?limit=9999")
    assert answer.status_code == 422
    assert "limit" in answer.json()["facts"]["fields"]


def test_an_unknown_address_is_told_in_chinese(clerk):
    client = Client()
    _login(client)
    assert "没有" in client.get("/api/cases/999999").json()["message"]


def test_health_is_content_not_only_an_answer(db):
    told = Client().get("/api/health").json()
    assert told["zone"] == "inner" and {c["name"] for c in told["checks"]} == {"数据库账号", "后台任务", "上传沙箱"}
    assert json.dumps(told).find("password") < 0


def test_another_site_cannot_sign_a_visitor_in_as_somebody_else(clerk):
    body = json.dumps({"user": "wang", "password": "test-password"})
    answer = Client().post("/api/login", body, content_type="text/plain", headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"], answer.cookies) == (403, "ZY-KRN-007", {})


def test_signing_in_again_ends_the_session_before_and_takes_none_from_outside(clerk):
    client = Client()
    client.cookies["zy_session"] = "planted"
    first = _login(client).json()["token"]
    assert first != "planted"
    second = _login(client).json()["token"]
    for token, status in (("planted", 401), (first, 401), (second, 200)):
        assert Client().get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == status
