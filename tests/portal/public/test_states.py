"""Each state of an application says where it stands and what the applicant can do; papers verify or say why not."""

from datetime import timedelta

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.documents.issue import signed_bytes

SUPPLEMENT = {
    "items": [
        {"kind": "paper", "target": "saving_report", "text": "请补充节约集约用地论证分析"},
        {"kind": "field", "target": "scale", "text": "请写明车道数"},
    ]
}


@pytest.fixture
def told(submitted_as):
    """`told("已收件", …)`: an application that went through these messages; its number and id."""
    no, _, number = submitted_as("派河大道改扩建工程")

    def tell(*statuses, correction=None):
        for seq, status in enumerate(statuses, start=1):
            last = status == statuses[-1]
            at = f"2026-11-2{seq}T09:30:00+08:00"
            message = {"outer_no": no, "seq": seq, "at": at, "status": status, "correction": correction if last else None}
            workflow.take_progress(message, kernel.system_actor())
        return no, number

    return tell


@pytest.fixture
def paper(told):
    """A paper of a granted application as it came out: `paper(until="…")` gives its code and the application's id."""

    def issue(until: str | None = None, body: bytes = b"%PDF-1.4 paper") -> tuple[str, int]:
        no, number = told("已收件", "办理中", "已批准")
        stored = kernel.put_file(body, name="paper.pdf", media="application/pdf")
        facts = {"organ": "安徽省自然资源厅", "day": "2026-11-25", "project": "派河大道改扩建工程", "valid_until": until}
        signature = kernel.sign(signed_bytes("用字第1号", stored.digest, "CODE23", facts))
        message = {
            "case_no": "340123-YSXZ-2026-00001", "outer_no": no, "kind": "granted", "title": "意见书", "no": "用字第1号",
            "digest": stored.digest, "size": stored.size, "signer": kernel.node().name, "code": "CODE23", "facts": facts,
            "signature": signature.hex(), "issued": "2026-11-25T10:00:00+08:00",
        }  # fmt: skip
        workflow.take_document(message, kernel.system_actor())
        return "CODE23", number

    return issue


@pytest.mark.parametrize(
    ("statuses", "said", "unsaid"),
    [
        ((), "正在经交换送入业务网", "评价"),
        (("已收件",), "已收件", "评价"),
        (("已收件", "办理中"), "办理中", "评价"),
        (("已收件", "办理中", "已批准"), "评价服务", "撤回申报"),
        (("已收件", "办理中", "不予通过"), "评价服务", "撤回申报"),
        (("已撤件",), "重新申报", "撤回申报"),
    ],
)
def test_each_state_says_what_is_and_what_comes_next(company, told, statuses, said, unsaid):
    _, number = told(*statuses)
    assert company.open(f"/my/{number}/").status_code == 200
    assert said in company.text and unsaid not in company.text


def test_a_correction_is_told_at_once_and_leads_to_each_thing(company, told):
    _, number = told("已收件", "待补正", correction=SUPPLEMENT)
    company.open(f"/my/{number}/")
    links = company.page.xpath("//*[@role='status']//a/@href")
    assert links == [f"/my/{number}/papers/#p-saving_report", f"/my/{number}/form/#f-scale"]
    company.open(f"/my/{number}/papers/")
    assert "要求补正" in company.page.get_element_by_id("p-saving_report").text_content()
    assert company.page.get_element_by_id("p-saving_report") is not None
    company.open(f"/my/{number}/submit/")
    assert company.submit(f"/my/{number}/submit/")["Location"] == f"/my/{number}/"


def test_what_was_submitted_cannot_be_edited(company, told):
    _, number = told("已收件")
    for step in ("form", "submit"):
        assert company.open(f"/my/{number}/{step}/")["Location"] == f"/my/{number}/"
    company.open(f"/my/{number}/site/")
    assert not company.page.xpath("//input[@type='file'] | //script[@src]")


def test_work_going_on_at_another_desk_is_one_line_of_progress(company, told):
    _, number = told("已收件", "办理中", "办理中", "办理中", "已批准")
    company.open(f"/my/{number}/")
    steps = [li.text_content().split()[-1] for li in company.page.xpath("//ol[@class='progress']/li")]
    assert steps == ["已提交", "已收件", "办理中", "已批准"]
    assert "2026-11-21 09:30" in company.text


def test_a_service_is_rated_once_in_its_own_words(company, told):
    _, number = told("已收件", "不予通过")
    company.open(f"/my/{number}/")
    company.follow(company.submit(f"/my/{number}/rating/", level="2", text="答复太慢"))
    assert "您的评价:不满意。答复太慢" in company.text
    assert not company.page.xpath("//input[@name='level']")


def test_without_a_choice_no_rating_is_taken(company, told):
    _, number = told("已批准")
    company.open(f"/my/{number}/")
    assert company.submit(f"/my/{number}/rating/").status_code == 422


def test_an_issued_paper_is_downloaded_by_its_applicant_and_verified_by_anyone(company, paper, stranger):
    code, number = paper(until=(kernel.today() + timedelta(days=1)).isoformat())
    company.open(f"/my/{number}/")
    link = company.page.xpath("//a[contains(@href, '/documents/')]/@href")[0]
    body = company.client.get(link)
    assert b"".join(body.streaming_content) == b"%PDF-1.4 paper" and body["Cache-Control"] == "no-store"
    stranger.open("/verify/")
    assert stranger.open(f"/verify/{code}").status_code == 200
    assert "核验通过" in stranger.text and "已过有效期" not in stranger.text
    shown = stranger.open(f"/verify/{code}/file.pdf")
    assert shown.status_code == 200 and shown["Content-Security-Policy"] == "frame-ancestors 'none'"


def test_a_paper_past_its_term_is_ours_but_no_longer_in_force(paper, stranger):
    code, _ = paper(until=(kernel.today() - timedelta(days=1)).isoformat())
    stranger.open(f"/verify/{code.lower()}")
    assert "核验通过" in stranger.text and "已过有效期" in stranger.text


def test_a_changed_paper_is_not_verified_and_not_handed_out(paper, stranger):
    from ziyuan.workflow.cases.models import Document

    code, _ = paper()
    with kernel.acting(kernel.system_actor()):
        path = kernel.file_path(Document.objects.get(code=code).digest)
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.4 forged")
    stranger.open(f"/verify/{code}")
    assert "核验不通过:文件内容已变" in stranger.text and "请勿采信" in stranger.text
    assert stranger.open(f"/verify/{code}/file.pdf").status_code == 404
    path.write_bytes(b"%PDF-1.4 paper")


def test_an_unknown_code_is_told_as_such(stranger):
    assert stranger.open("/verify/NOSUCH").status_code == 404
    assert "没有这个核验码的文书" in stranger.text


def test_large_letters_need_no_script_and_last(stranger):
    stranger.open("/query/")
    back = stranger.submit("/letters/")
    assert back["Location"] == "/query/"
    stranger.open("/query/")
    assert stranger.page.get("class") == "large" and "标准字号" in stranger.text
    stranger.submit("/letters/")
    stranger.open("/query/")
    assert stranger.page.get("class") is None


def test_who_has_no_application_is_told_what_will_be_here(company):
    company.open("/my/")
    assert "您还没有申报" in company.text
