"""An applicant's own application: filled, confirmed, submitted, corrected, withdrawn, rated; nobody else's business."""

import pytest

from tests.onemap import small_county as lattice
from tests.workflow.world import CHANGFENG, CLEAR, FORM, MATTER, box, seal_county
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.errors import FormIncomplete, RatingRefused, SiteNotConfirmed, SiteUnreadable, WrongState
from ziyuan.workflow.models import Application

PDF = b"%PDF-1.7 paper"


@pytest.fixture
def company(world, make_actor):
    return make_actor("applicant", "340000", name="江淮装备有限公司", person=900_001)


@pytest.fixture
def rival(world, make_actor):
    return make_actor("applicant", "340000", name="皖东新材有限公司", person=900_002)


def boundary(shape, name="DK1", zone=39) -> bytes:
    """A boundary-point file as surveyors hand it in: GB18030, north first, zone in the header."""
    ring = list(shape.exterior.coords)
    points = [f"J{n if n < len(ring) else 1},1,{y:.4f},{x:.4f}" for n, (x, y) in enumerate(ring, start=1)]
    head = (
        "[属性描述]\n格式版本号=1.01\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n"
        f"带号={zone}\n精度=0.0001\n转换参数=0,0,0,0,0,0,0\n[地块坐标]\n"
    )
    return (
        head + f"{len(ring)},0.36,{name},产业园,面,I50G001001,工业用地,0601,@\n" + "\n".join(points) + "\n"
    ).encode("gb18030")


def draft(company, shape=None, form=None, papers=("application", "basis")) -> int:
    number = workflow.open_application(company, MATTER)["id"]
    workflow.save_form(company, number, FORM if form is None else form)
    shown = workflow.read_site(company, number, boundary(shape or box(*CLEAR)), "界址点.txt")
    workflow.confirm_site(company, number, shown["confirm"])
    for kind in papers:
        workflow.add_paper(company, number, kind, f"{kind}.pdf", PDF + kind.encode())
    return number


def progress(number, seq, status, correction=None, **more):
    with kernel.acting(kernel.system_actor()):
        no = Application.objects.get(pk=number).no
    told = {"at": "2026-11-25T10:00:00+08:00", "correction": correction, "due": None}
    workflow.take_progress(
        {"outer_no": no, "case_no": "c", "seq": seq, "status": status, **told, **more}, kernel.system_actor()
    )


def test_a_submitted_application_has_a_number_and_a_query_code(company):
    number = draft(company)
    made = workflow.submit_application(company, number, "c-1")
    assert workflow.submit_application(company, number, "c-1") == made
    assert workflow.submit_application(company, number, "c-2") == made
    assert made["no"] == f"AH-{kernel.today().year}-000001"
    assert kernel.Event.objects.filter(name="application.submitted").count() == 1
    found = workflow.query(made["no"], made["query_code"].lower())
    assert found["state_title"] == "已提交"
    for no, code in ((made["no"], "XXXXXXXX"), ("AH-2026-999999", made["query_code"]), ("\x00", "\ud800")):
        with pytest.raises(errors.NotFound):
            workflow.query(no, code)


def test_all_mistakes_are_named_by_field_at_once(company):
    number = workflow.open_application(company, MATTER)["id"]
    saved = workflow.save_form(company, number, {"project_name": "只有名字", "declared_area": "三公顷"})
    assert saved["form"]["declared_area"] == "三公顷", "the draft is kept with its mistakes"
    assert saved["faults"]["declared_area"] == "拟用地面积应填写数字"
    with pytest.raises(FormIncomplete) as refused:
        workflow.submit_application(company, number)
    fields = refused.value.facts["fields"]
    assert {"declared_area", "credit_code", "papers.application", "papers.basis"} <= fields.keys()
    assert fields["papers.basis"] == "请上传项目建设依据文件"


def test_the_site_is_shown_before_it_is_taken(company):
    number = workflow.open_application(company, MATTER)["id"]
    workflow.save_form(company, number, FORM)
    for kind in ("application", "basis"):
        workflow.add_paper(company, number, kind, "a.pdf", PDF)
    with pytest.raises(SiteNotConfirmed):
        workflow.submit_application(company, number)
    shown = workflow.read_site(company, number, boundary(box(*CLEAR)), "界址点.txt")
    assert (shown["shown"]["zone"], shown["shown"]["counties"]) == (lattice.ZONE, ["肥西县"])
    assert workflow.application(company, number)["site"] is None
    with pytest.raises(SiteNotConfirmed):
        workflow.confirm_site(company, number, "another")
    with pytest.raises(SiteNotConfirmed):
        workflow.submit_application(company, number)
    taken = workflow.confirm_site(company, number, shown["confirm"])
    assert taken["site"]["area_m2"] == shown["area_m2"]
    assert workflow.confirm_site(company, number, shown["confirm"])["site"] == taken["site"], (
        "confirming again is no error"
    )


def test_a_newer_file_has_to_be_confirmed_too(company):
    number = draft(company)
    workflow.read_site(company, number, boundary(box(10, 10, 60, 60)), "新.txt")
    with pytest.raises(SiteNotConfirmed):
        workflow.submit_application(company, number)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\xff", "不是界址点".encode("gb18030"), boundary(box(*CLEAR)).replace(b"J2", b"J2,\xff")],
)
def test_a_file_that_is_no_boundary_is_refused_with_place_and_remedy(company, data):
    number = workflow.open_application(company, MATTER)["id"]
    with pytest.raises(SiteUnreadable, match="界址点文件未能采用") as refused:
        workflow.read_site(company, number, data, "x.txt")
    first = refused.value.facts["problems"][0]
    assert first["remedy"]
    assert "line" in first
    assert workflow.application(company, number)["site"] is None


def test_a_site_outside_the_province_is_refused(company):
    number = workflow.open_application(company, MATTER)["id"]
    with pytest.raises(SiteUnreadable, match="不在安徽省"):
        workflow.read_site(company, number, boundary(box(0, -400_000, 100, -399_900)), "x.txt")


@pytest.mark.parametrize(
    ("kind", "name", "data", "says"),
    [
        ("application", "a.exe", PDF, "应为 PDF"),
        ("application", "a.pdf", b"MZ", "内容与扩展名一致"),
        ("application", "a.pdf", b"", "内容与扩展名一致"),
        ("nothing", "a.pdf", PDF, "没有这类材料"),
        ("application", "\x00", PDF, "应为 PDF"),
    ],
)
def test_a_paper_is_what_its_name_says(company, kind, name, data, says):
    number = workflow.open_application(company, MATTER)["id"]
    with pytest.raises(FormIncomplete, match=says):
        workflow.add_paper(company, number, kind, name, data)


def test_a_new_version_of_a_paper_replaces_and_the_old_one_stays(company):
    number = draft(company)
    workflow.add_paper(company, number, "basis", "新依据.pdf", PDF + b"2")
    shown = workflow.application(company, number)
    assert [p["name"] for p in shown["papers"] if p["kind"] == "basis"] == ["新依据.pdf"]
    with kernel.acting(company):
        assert Application.objects.get(pk=number).papers.filter(kind="basis").count() == 2


def test_nobody_else_sees_or_changes_it(company, rival, make_actor):
    number = draft(company)
    for look in (
        lambda: workflow.application(rival, number),
        lambda: workflow.save_form(rival, number, {}),
        lambda: workflow.submit_application(rival, number),
        lambda: workflow.withdraw_application(rival, number),
        lambda: workflow.rate(rival, number, 5),
        lambda: workflow.application_document(rival, number, 1),
    ):
        with pytest.raises(errors.NotFound):
            look()
    assert workflow.applications(rival)["items"] == []
    with kernel.acting(rival):
        assert Application.objects.count() == 0, "row security says the same"
    with pytest.raises(errors.NotAllowed):
        workflow.open_application(make_actor("county_clerk", "340123"), MATTER)


def test_a_submitted_application_is_not_changed_any_more(company):
    number = draft(company)
    workflow.submit_application(company, number)
    for change in (
        lambda: workflow.save_form(company, number, {"scale": "x"}),
        lambda: workflow.add_paper(company, number, "basis", "a.pdf", PDF),
        lambda: workflow.answer_correction(company, number),
    ):
        with pytest.raises(WrongState):
            change()


def test_a_correction_opens_it_again_and_the_answer_goes_out_once(company):
    number = draft(company)
    workflow.submit_application(company, number)
    progress(number, 4, "已收件")
    progress(number, 6, "待补正", {"items": [{"kind": "field", "target": "scale", "text": "请写明"}]})
    told = workflow.application(company, number)
    assert (told["state_title"], told["editable"], told["correction"]["items"][0]["target"]) == (
        "待补正",
        True,
        "scale",
    )
    workflow.save_form(company, number, {"scale": "建筑面积 3.2 万平方米"})
    workflow.answer_correction(company, number, "c-9")
    workflow.answer_correction(company, number, "c-9")
    assert kernel.Event.objects.filter(name="application.answered").count() == 1
    with kernel.acting(company):
        message = workflow.message_of(number)
    assert (message["round"], message["form"]["scale"]) == (1, "建筑面积 3.2 万平方米")


def test_an_older_or_repeated_message_changes_nothing(company):
    number = draft(company)
    workflow.submit_application(company, number)
    progress(number, 4, "已收件")
    progress(number, 9, "已批准")
    for seq, status in ((4, "已收件"), (6, "待补正"), (9, "不予通过")):
        progress(number, seq, status)
    told = workflow.application(company, number)
    assert told["state"] == "granted"
    assert [p["status"] for p in told["progress"]] == ["已提交", "已收件", "已批准"]


def test_a_corrected_site_stays_in_its_county(company):
    seal_county(CHANGFENG)
    number = draft(company)
    workflow.submit_application(company, number)
    progress(number, 4, "待补正", {"items": []})
    with pytest.raises(SiteUnreadable, match="不再涉及肥西县"):
        workflow.read_site(company, number, boundary(box(100, 100, 200, 200, CHANGFENG)), "x.txt")
    assert workflow.read_site(company, number, boundary(box(560, 200, 640, 260)), "x.txt")["confirm"]


def test_withdrawal_is_told_once_and_a_draft_is_just_closed(company):
    number = draft(company)
    workflow.withdraw_application(company, number)
    assert not kernel.Event.objects.filter(name="application.withdrawn").exists()
    other = draft(company)
    workflow.submit_application(company, other)
    for command in ("a", "a", "b"):
        assert workflow.withdraw_application(company, other, command)["state"] == "withdrawn"
    assert kernel.Event.objects.filter(name="application.withdrawn").count() == 1


def test_the_applicant_is_told_what_happens_to_his_limit(company):
    number = draft(company)
    no = workflow.submit_application(company, number)
    progress(number, 5, "办理中")
    progress(number, 6, "办理中", note="办理期限延长 5 个工作日,理由:需补充论证")
    found = workflow.query(no["no"], no["query_code"])
    assert [p.get("note") for p in found["progress"]][-2:] == [None, "办理期限延长 5 个工作日,理由:需补充论证"]
    assert found["state_title"] == "办理中"


def test_a_decided_application_is_rated_once(company):
    number = draft(company)
    workflow.submit_application(company, number)
    with pytest.raises(RatingRefused, match="办结后"):
        workflow.rate(company, number, 5)
    progress(number, 9, "已批准")
    with pytest.raises(FormIncomplete, match="1 至 5"):
        workflow.rate(company, number, 6)
    workflow.rate(company, number, 5, "很快")
    assert workflow.rate(company, number, 5, "很快")["rating"]["level"] == 5, (
        "the same again is no second rating"
    )
    with pytest.raises(RatingRefused, match="已经评价过"):
        workflow.rate(company, number, 1)
    assert kernel.Event.objects.filter(name="application.rated").count() == 1
    with pytest.raises(WrongState):
        workflow.withdraw_application(company, number)


def test_what_was_submitted_opens_a_case_inside_with_the_same_content(company):
    number = draft(company)
    no = workflow.submit_application(company, number)["no"]
    with kernel.acting(company):
        message = workflow.message_of(number)
    case = workflow.open_case(message, kernel.system_actor())
    assert (case.outer_no, case.title) == (no, FORM["project_name"])
    assert case.state["form"] == FORM
    assert case.state["papers"] == message["papers"]
