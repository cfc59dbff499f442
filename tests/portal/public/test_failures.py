"""What goes wrong outside the views is told in Chinese, with a remedy, as a page or as JSON; never a stack."""

import pytest
from django.db import OperationalError, connection


def failing(error):
    def wrapper(execute, sql, params, many, context):
        raise error

    return connection.execute_wrapper(wrapper)


def test_an_unknown_address_leads_home(stranger):
    assert stranger.open("/no/such/page/").status_code == 404
    assert "没有这个页面:/no/such/page/" in stranger.text
    assert stranger.page.xpath("//main//a[@href='/']")


def test_an_unknown_address_of_the_api_is_json(stranger):
    answer = stranger.client.get("/api/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "ZY-WEB-002")


@pytest.mark.parametrize("path", ["/my/", "/query/"])
def test_while_the_database_is_away_the_page_says_so_and_nothing_is_lost(company, path):
    company.open("/query/")
    with failing(OperationalError("server closed the connection")):
        answer = company.open("/my/") if path == "/my/" else company.submit(path, no="AH-2026-000001", code="X")
    assert answer.status_code == 503
    assert "数据库暂时不可用" in company.text and "./ziyuan" not in company.text


def test_pages_without_data_stay_readable_while_the_database_is_away(stranger):
    with failing(OperationalError("server closed the connection")):
        for path in ("/", "/matters/use_control/site_review/", "/query/", "/verify/", "/login/"):
            assert stranger.open(path).status_code == 200, path


def test_a_fault_of_ours_is_no_riddle_for_the_applicant(company):
    with failing(RuntimeError("secret detail")):
        answer = company.open("/my/")
    assert answer.status_code == 500
    assert "没有任何内容被保存" in company.text and "secret detail" not in answer.content.decode()
    assert "ZY-WEB-004" in company.text


@pytest.mark.parametrize("field", ["user", "password"])
def test_a_character_no_database_keeps_is_refused_with_words(stranger, field):
    stranger.open("/login/")
    answer = stranger.submit("/login/", **{"user": "huaihe", "password": "x", field: "a\x00b"})
    assert answer.status_code in (400, 401) and "系统错误" not in stranger.text


def test_an_overfull_form_is_refused_with_words(stranger):
    stranger.open("/query/")
    token = stranger.form("/query/").fields["csrfmiddlewaretoken"]
    answer = stranger.client.post("/query/", {"csrfmiddlewaretoken": token, **{f"f{i}": "x" for i in range(1100)}})
    assert answer.status_code in (400, 403) and "ZY-WEB-00" in answer.content.decode()
