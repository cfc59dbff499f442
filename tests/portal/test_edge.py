"""The edge of the inner node: the same headers, script only from the node itself; large deliveries pass."""

from django.test import Client


def test_the_workbench_and_its_api_run_our_own_script_only(db):
    for path in ("/", "/api/openapi.json", "/api/me", "/nowhere"):
        headers = Client().get(path).headers
        policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
        assert policy["script-src"] == "'self'" and policy["default-src"] == "'none'", path
        assert policy["frame-ancestors"] == "'none'" and headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_delivery_larger_than_any_paper_is_not_refused_for_its_size(officer):
    officer("data_officer", "340123", "zhao")
    client = Client()
    body = {"user": "zhao", "password": "test-password"}
    csrf = client.post("/api/login", body, content_type="application/json").json()["csrf"]
    answer = client.generic(
        "POST", "/api/deliveries", b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(900 << 20), HTTP_X_CSRFTOKEN=csrf
    )
    assert answer.status_code != 413


def test_failures_outside_the_api_are_plain_words(db):
    answer = Client(enforce_csrf_checks=True).post("/nowhere")
    assert answer.status_code == 403 and "重新提交" in answer.content.decode()
