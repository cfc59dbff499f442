"""An applicant walks from the guide to his number without script; every mistake is named where it was made."""

import pytest

from tests.support import story

PDF = ("报告.pdf", story.PDF)


def fill(company, draft, **changed):
    company.open(f"/my/{draft}/form/")
    return company.submit(f"/my/{draft}/form/", **{k: str(v) for k, v in story.form(**changed).items()})


def give_site(company, draft, txt=None, name="界址点.txt"):
    company.open(f"/my/{draft}/site/")
    return company.submit(f"/my/{draft}/site/", files={"file": (name, txt if txt is not None else story.boundary())})


def hand_in(company, draft, kind):
    company.open(f"/my/{draft}/papers/")
    form = next(f for f in company.page.iter("form") if f.fields.get("kind") == kind)
    form.set("action", f"/only/{kind}/")  # one of several forms of the same address
    sent = {**dict(form.form_values()), "file": _file()}
    return company.client.post(f"/my/{draft}/papers/", sent)


def _file():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(*PDF)


def test_from_the_guide_to_a_number_without_script(company, draft):
    assert fill(company, draft)["Location"] == f"/my/{draft}/site/"
    assert give_site(company, draft).status_code == 200
    assert "肥西县" in company.text and "6.0000 公顷(90.00 亩)" in company.text and company.page.find(".//svg") is not None
    taken = company.submit(f"/my/{draft}/site/confirm/")
    assert taken["Location"] == f"/my/{draft}/papers/"
    for kind in ("application", "basis"):
        assert hand_in(company, draft, kind).status_code == 302
    company.open(f"/my/{draft}/submit/")
    company.submit(f"/my/{draft}/submit/")
    number, code = (company.page.get_element_by_id(i).text for i in ("number", "query-code"))
    company.open("/query/")
    company.submit("/query/", no=number.lower(), code=code.lower())
    assert "已提交" in company.text and number in company.text


def test_each_mistake_stands_beside_its_field_and_in_the_list_that_jumps(company, draft):
    answer = fill(company, draft, credit_code="12345", contact_phone="", declared_area="很大")
    assert answer.status_code == 200
    page = company.page
    for field in ("credit_code", "contact_phone", "declared_area"):
        control = page.get_element_by_id(f"f-{field}")
        assert control.get("aria-invalid") == "true"
        assert page.get_element_by_id(f"e-{field}").text in company.text
        assert f"e-{field}" in control.get("aria-describedby")
        assert page.xpath(f"//*[@role='alert']//a[@href='#f-{field}']")
    assert not page.xpath("//*[@id='f-project_name' and @aria-invalid]")
    order = page.xpath("//form[@novalidate]//*[@aria-invalid]/@id")
    assert [link[1:] for link in page.xpath("//*[@role='alert']//a/@href")] == order


def test_a_form_with_mistakes_keeps_what_was_filled_in(company, draft):
    fill(company, draft, contact_phone="")
    company.open(f"/my/{draft}/form/")
    assert company.page.get_element_by_id("f-project_name").value == story.form()["project_name"]


def test_what_was_written_survives_a_session_that_ended(company, draft):
    company.open(f"/my/{draft}/form/")
    del company.client.cookies["zy_session"]
    late = company.submit(f"/my/{draft}/form/", project_name="写了很久的项目")
    assert late.status_code == 401 and "超时" in company.text
    company.submit("/login/", user="huaihe", password="test-password")
    assert "继续提交" in company.text
    company.submit(f"/my/{draft}/form/")
    assert company.page.get_element_by_id("f-project_name").value == "写了很久的项目"


@pytest.mark.parametrize(
    ("txt", "said"),
    [
        (story.boundary().replace("带号=39".encode("gb18030"), "带号=38".encode("gb18030")), "带号"),
        (story.boundary(north=5_007_000), "不在安徽省"),
        (bytes(range(256)), "不是文本文件"),
        (b"", "文件为空"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_with_its_remedy_and_leaves_nothing(company, draft, txt, said):
    answer = give_site(company, draft, txt)
    assert answer.status_code == 422
    alert = company.page.get_element_by_id("error").text_content()
    assert said in alert and "请" in alert and "None" not in alert
    company.open(f"/my/{draft}/site/")
    assert company.page.find(".//svg") is None


def test_swapped_axes_are_shown_before_anything_is_taken(company, draft):
    lines = story.boundary().decode("gb18030").split("\r\n")
    swapped = [_swap(line) if line.startswith("J") else line for line in lines]
    give_site(company, draft, "\r\n".join(swapped).encode("gb18030"))
    assert "已交换" in company.text
    company.open(f"/my/{draft}/submit/")
    assert "尚未确认" in company.text


def _swap(line):
    number, ring, north, east = line.split(",")
    return f"{number},{ring},{east},{north}"


def test_what_waits_for_confirmation_is_shown_again_after_a_reload(company, draft):
    give_site(company, draft)
    company.open(f"/my/{draft}/site/")
    assert "请核对后确认" in company.text


def test_a_site_that_was_not_shown_is_not_taken(company, draft):
    give_site(company, draft)
    company.page.xpath("//input[@name='confirm']")[0].set("value", "f" * 24)
    assert company.submit(f"/my/{draft}/site/confirm/").status_code == 409


def test_an_incomplete_submission_links_to_each_thing_that_is_missing(company, draft):
    company.open(f"/my/{draft}/submit/")
    company.submit(f"/my/{draft}/submit/")
    links = company.page.xpath("//*[@role='alert']//a/@href")
    assert f"/my/{draft}/form/#f-project_name" in links
    assert f"/my/{draft}/papers/#p-application" in links


def test_a_paper_of_the_wrong_kind_is_refused_by_its_content(company, draft):
    company.open(f"/my/{draft}/papers/")
    company.submit(f"/my/{draft}/papers/", files={"file": ("报告.pdf", b"MZ not a pdf")})
    assert "PDF" in company.page.get_element_by_id("error").text_content()


def test_withdrawing_names_its_consequence_and_asks_once(company, draft):
    company.open(f"/my/{draft}/withdraw/")
    assert "重新申报" in company.text
    company.follow(company.submit(f"/my/{draft}/withdraw/"))
    assert "已撤件" in company.text


def test_somebody_elses_application_is_not_there(company, draft, officer):
    from tests.portal.public.visitor import Visitor

    officer("applicant", "340000", "other")
    other = Visitor()
    other.open("/login/")
    other.submit("/login/", user="other", password="test-password")
    for step in ("", "form/", "site/", "papers/", "submit/", "withdraw/", "site/boundary.txt", "documents/1/"):
        answer = other.open(f"/my/{draft}/{step}")
        assert (step, answer.status_code) == (step, 404)
        assert "行政区" not in other.text
