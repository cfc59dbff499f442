"""The edge of the inner node: the same headers, script only from the node itself; large deliveries pass."""

import json

import pytest
from django.test import Client

from ziyuan.portal.static_files import offered


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
    answer = Client().get("/assets/nothing.js")
    assert answer.status_code == 404 and answer.content.decode().count("<h1>") == 1


@pytest.fixture
def built(tmp_path):
    """A build of two entries that share a part."""
    for name in ("assets/index-1.js", "assets/draw.js", "assets/shared-2.js", "assets/Page-3.js", ".vite/manifest.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    told = {
        "index.html": {"file": "assets/index-1.js", "imports": ["_shared"], "dynamicImports": ["src/Page.vue"]},
        "src/public/draw.ts": {"file": "assets/draw.js", "imports": ["_shared"]},
        "_shared": {"file": "assets/shared-2.js"},
        "src/Page.vue": {"file": "assets/Page-3.js", "imports": ["index.html"]},
    }
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(told))
    return tmp_path


def test_outside_only_the_drawing_and_what_it_loads_is_given_out(built, tmp_path):
    def names(inner):
        return [p.name for p in offered(built, inner=inner)]

    assert names(inner=False) == ["draw.js", "shared-2.js"]
    assert names(inner=True) == ["Page-3.js", "draw.js", "index-1.js", "shared-2.js"]
    assert offered(tmp_path / "unbuilt", inner=False) == []
