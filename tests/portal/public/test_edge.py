"""What the open edge refuses: forged forms, foreign targets, guessing, oversize, script from elsewhere."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from tests.portal.public.visitor import Visitor
from tests.support import story
from ziyuan.kernel import service as kernel
from ziyuan.portal import edge, guessing
from ziyuan.portal.public.urls import urlpatterns


def address(pattern) -> str:
    """A concrete address of a pattern."""
    made = re.sub(r"<str:pack>/<str:name>", "use_control/site_review", str(pattern.pattern))
    return "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", "CODE", made))


@pytest.mark.parametrize("path", [address(p) for p in urlpatterns])
def test_no_form_is_taken_without_its_mark(company, path):
    answer = company.client.post(path, {"user": "huaihe"})
    assert answer.status_code == 403
    assert "表单已经失效" in answer.content.decode() and "ZY-WEB-008" in answer.content.decode()


def test_every_form_that_posts_carries_its_mark(company, draft):
    for path in ("/", "/query/", "/login/", *(f"/my/{draft}/{s}/" for s in ("form", "site", "papers", "submit", "withdraw"))):
        company.open(path)
        forms = [f for f in company.page.iter("form") if (f.get("method") or "get").lower() == "post"]
        assert forms and all(f.xpath(".//input[@name='csrfmiddlewaretoken']") for f in forms), path


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "evil"])
def test_signing_in_and_letters_lead_nowhere_else(applicant, target):
    visitor = Visitor()
    visitor.open("/login/")
    answer = visitor.submit("/login/", user="huaihe", password="test-password", next=target)
    assert answer["Location"] == "/my/"
    visitor.open("/")
    assert visitor.submit("/letters/", next=target)["Location"] == "/"


def test_the_session_cookie_is_out_of_reach_of_script_and_other_sites(company):
    cookie = company.client.cookies["zy_session"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_signing_in_anew_leaves_no_session_behind(company):
    from ziyuan.kernel.identity.models import Session

    company.open("/login/")
    company.submit("/login/", user="huaihe", password="test-password")
    assert Session.objects.filter(person__user="huaihe").count() == 1


def test_behind_tls_no_cookie_travels_without_it(applicant, settings):
    settings.SESSION_BY_TLS_ONLY = True
    visitor = Visitor()
    visitor.open("/login/")
    visitor.submit("/login/", user="huaihe", password="test-password")
    assert visitor.client.cookies["zy_session"]["secure"] is True


def test_every_answer_allows_only_our_own_script_style_and_pictures(stranger):
    for path in ("/", "/nowhere/", "/outlines.geojson", "/api/matters", "/static/public/site.css"):
        headers = stranger.open(path).headers
        policy = dict(rule.strip().split(" ", 1) for rule in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'"
        assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'self'")
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_no_page_needs_script_or_style_in_its_text(company, draft):
    for path in ("/", "/query/", "/verify/", "/my/", *(f"/my/{draft}/{s}/" for s in ("form", "site", "papers", "submit"))):
        company.open(path)
        inline = company.page.xpath("//style | //script[not(@src) and @type!='application/json'] | //*[@style] | //*[@onclick]")
        assert not inline, path


def test_pages_of_an_applicant_stay_in_no_browser(company, draft):
    for path in ("/my/", f"/my/{draft}/form/", f"/my/{draft}/site/"):
        assert company.open(path)["Cache-Control"] == "no-store"


def test_an_upload_too_large_is_told_before_it_is_kept(company, draft, monkeypatch):
    monkeypatch.setattr(edge, "UPLOAD_LIMIT_MB", 1)
    company.open(f"/my/{draft}/papers/")
    answer = company.submit(f"/my/{draft}/papers/", files={"file": ("大.pdf", story.PDF + b"0" * (3 << 20))})
    assert answer.status_code == 413
    assert "超过 1 MB" in company.text and "ZY-WEB-005" in company.text


def test_a_boundary_file_has_a_limit_of_its_own(company, draft):
    company.open(f"/my/{draft}/site/")
    answer = company.submit(f"/my/{draft}/site/", files={"file": ("界址点.txt", b"J" * (6 << 20))})
    assert answer.status_code == 422 and "超过 5 MB" in company.text
    assert "ZY-WEB-005" in company.text, "told by its size, not after reading it"


def test_the_api_says_the_same_of_an_upload_too_large(company, draft, monkeypatch):
    monkeypatch.setattr(edge, "UPLOAD_LIMIT_MB", 1)
    file = SimpleUploadedFile("大.pdf", b"0" * (3 << 20))
    answer = company.client.post(f"/api/applications/{draft}/papers", {"kind": "application", "file": file})
    assert (answer.status_code, answer.json()["code"]) == (413, "ZY-WEB-005")


def ask(visitor, no, code):
    visitor.open("/query/")
    return visitor.submit("/query/", no=no, code=code)


@pytest.mark.parametrize("signed_in", [False, True])
def test_query_codes_cannot_be_guessed_quickly_even_by_who_is_signed_in(request, submitted, stranger, signed_in):
    visitor = request.getfixturevalue("company") if signed_in else stranger
    no, code = submitted
    for _ in range(guessing.FREE_FAILURES + 1):
        assert ask(visitor, no, "AAAAAAAA").status_code == 404
    assert ask(visitor, no, "AAAAAAAA").status_code == 429
    assert ask(visitor, no, code).status_code == 429, "the right code is no way around the delay"
    assert ask(visitor, f" {no.lower()} ", code).status_code == 429, "nor is another spelling of the number"
    assert visitor.client.get("/api/query", {"no": no, "code": code}).status_code == 429


def test_a_number_that_does_not_exist_is_delayed_and_worded_like_one_that_does(submitted, stranger):
    answers = []
    for no in (submitted[0], "AH-2026-999999"):
        told = []
        for _ in range(guessing.FREE_FAILURES + 2):
            status = ask(stranger, no, "AAAAAAAA").status_code
            said = stranger.page.get_element_by_id("error").text_content()
            told.append((status, re.sub(r"AH-[0-9-]+|[0-9]+ 秒", "…", said)))
        answers.append(told)
    assert answers[0] == answers[1]


def test_the_delay_passes_and_the_right_code_ends_it(submitted, stranger, monkeypatch):
    no, code = submitted
    for _ in range(guessing.FREE_FAILURES + 1):
        ask(stranger, no, "AAAAAAAA")
    later = kernel.now() + timedelta(seconds=5)
    monkeypatch.setattr(kernel, "now", lambda: later)
    assert ask(stranger, no, code).status_code == 200
    for _ in range(guessing.FREE_FAILURES):
        assert ask(stranger, no, "AAAAAAAA").status_code == 404


def test_guessing_fills_no_table(stranger):
    from ziyuan.portal.models import Guess

    for no in range(40):
        ask(stranger, f"AH-2026-{no:06d}", "AAAAAAAA")
    assert Guess.objects.count() <= 40
    assert all(0 <= g.slot < guessing.SLOTS for g in Guess.objects.all())
    ask(stranger, "无此编号的写法", "AAAAAAAA")
    assert Guess.objects.count() <= 40


def test_passwords_are_not_guessed_from_inside_a_session(company, officer):
    from ziyuan.kernel.identity.models import Person

    officer("applicant", "340000", "victim")
    for path in ("/login/", "/api/login"):
        company.open("/login/")
        if path == "/login/":
            company.submit(path, user="victim", password="wrong")
        else:
            csrf = company.client.get("/api/me").json()["csrf"]
            body = {"user": "victim", "password": "wrong"}
            company.client.post(path, body, content_type="application/json", headers={"X-CSRFToken": csrf})
    assert Person.objects.get(user="victim").failures == 2


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def test_a_hostile_project_name_is_only_text(company, submitted_as):
    number = submitted_as(HOSTILE)[2]
    pages = ["/my/", *(f"/my/{number}/{s}" for s in ("", "withdraw/"))]
    for path in pages:
        answer = company.open(path)
        assert answer.status_code == 200 and "alert(1)" in company.text, path
        assert not company.page.xpath("//script[contains(text(), 'alert')] | //img"), path
        assert "<script>alert" not in answer.content.decode()


def test_open_pages_name_no_person_and_no_telephone(submitted, stranger):
    no, code = submitted
    assert ask(stranger, no, code).status_code == 200
    api = stranger.client.get("/api/query", {"no": no, "code": code}).content.decode()
    for told in (stranger.text, api):
        for private in ("13805510000", "王明", "11100000MB03271699"):
            assert private not in told


def test_the_query_code_stands_in_no_address(submitted, stranger):
    stranger.open("/query/")
    assert stranger.form("/query/").get("method") == "post"
    no, code = submitted
    assert stranger.open(f"/query/?no={no}&code={code}").status_code == 200
    assert "已提交" not in stranger.text


def test_nothing_of_the_inner_node_is_served_here(stranger):
    served = {str(p.pattern) for p in get_resolver().url_patterns}
    assert served
    for path in ("/api/cases", "/api/tasks", "/api/deliveries", "/api/layers", "/api/audit"):
        assert stranger.client.get(path).status_code in (401, 404), path


@pytest.mark.parametrize("path", ["/index.html", "/static/index.html", "/.vite/manifest.json", "/deliveries"])
def test_the_workbench_is_not_given_out_outside(path):
    visitor = Visitor()
    answer = visitor.open(path)
    assert answer.status_code == 404 and "智慧资源工作台" not in answer.content.decode()
