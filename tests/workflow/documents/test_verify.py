"""An issued document: anyone may check it, and one changed byte is found."""

import io

import pypdf
import pytest

from tests.workflow.world import FEIXI
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.documents.render import render
from ziyuan.workflow.errors import DocumentFault
from ziyuan.workflow.models import Document


@pytest.fixture
def document(world):
    case = world.decided()
    workflow.issue_document(case=case.pk)
    with kernel.acting(kernel.system_actor()):
        return Document.objects.get()


def test_the_paper_is_a_readable_chinese_pdf_with_its_number(document):
    text = "".join(p.extract_text() for p in pypdf.PdfReader(str(kernel.file_path(document.digest))).pages)
    for told in (document.no, "建设项目用地预审与选址意见书", "肥西县高端装备产业园", "测试用章", "示例数据"):
        assert told.replace(" ", "") in "".join(text.split())


def test_the_code_says_it_is_ours_whole_and_in_force(document):
    found = workflow.verify_document(f" {document.code.lower()} ")
    assert (found["valid"], found["in_force"], found["no"]) == (True, True, document.no)
    assert found["project"] == "肥西县高端装备产业园"
    assert found["test_seal"]
    assert workflow.verify_document("Z" * 20) is None


def test_one_changed_byte_of_the_file_is_found(document):
    path = kernel.file_path(document.digest)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.chmod(0o640)
    try:
        path.write_bytes(body)
        found = workflow.verify_document(document.code)
        assert (found["valid"], found["reason"]) == (False, "文件内容已变")
    finally:
        body[len(body) // 2] ^= 1
        path.write_bytes(body)


@pytest.mark.parametrize(
    "change", [{"facts": {"valid_until": "2099-01-01"}}, {"no": "用字第3401232026000099号"}]
)
def test_what_the_page_shows_is_signed_too(document, change):
    with kernel.acting(kernel.system_actor()):
        told = {**document.facts, **change.get("facts", {})}
        Document.objects.update(facts=told, **{k: v for k, v in change.items() if k != "facts"})
    assert not workflow.verify_document(document.code)["valid"]


def test_a_refusal_is_whole_but_never_in_force(world):
    case = world.open()
    world.act("county_clerk", FEIXI, case, "refuse", opinion="不属于预审范围。")
    workflow.issue_document(case=case.pk)
    with kernel.acting(kernel.system_actor()):
        code = Document.objects.get().code
    found = workflow.verify_document(code)
    assert (found["valid"], found["in_force"]) == (True, False)


def test_a_document_that_came_out_verifies_there_as_here(document):
    by = kernel.system_actor()
    with kernel.acting(by):
        message = workflow.document_message(document.pk)
        Document.objects.filter(pk=document.pk).update(counties=[])
    workflow.take_document(message, by)
    with kernel.acting(by):
        assert Document.objects.count() == 1
    assert workflow.verify_document(document.code)["valid"]


def test_a_broken_template_is_a_located_fault(tmp_path):
    (tmp_path / "bad.typ").write_text("#let d = json(", encoding="utf-8")
    with pytest.raises(DocumentFault):
        render(tmp_path / "bad.typ", {})


def test_the_summary_of_a_case_prints_on_any_state(world):
    case = world.open()
    body = workflow.summary_pdf(world.officer("county_clerk", FEIXI), case.pk)
    text = pypdf.PdfReader(io.BytesIO(body)).pages[0].extract_text()
    assert "肥西县高端装备产业园" in text.replace("\n", "")
