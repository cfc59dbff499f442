"""A decision and all it brings about happen in one transaction, or not at all."""

from datetime import date

import pytest

from tests.workflow.world import ANHUI, CLEAR, FEIXI, HEFEI, box, breaks
from ziyuan.archive.models import ArchiveRecord
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.effects import registry
from ziyuan.workflow.errors import EffectRefused, UnknownEffect
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent, Document

XSHX = "land_control@2021/XSHX"


def reviewed_sites(county=FEIXI):
    return onemap.asof(XSHX, kernel.today(), county=county, by=kernel.system_actor())


def test_agreeing_writes_decision_number_layer_archive_and_audit(world):
    case = world.decided()
    state = world.state(case)
    number = state["decision"]["no"]
    assert number == f"用字第{FEIXI}{kernel.today().year}00001号"
    feature = reviewed_sites()[0]
    assert (feature.key, feature.case_no) == (state["case"]["no"], state["case"]["no"])
    assert (feature.attributes["ZSBH"], feature.attributes["XMMC"]) == (number, "肥西县高端装备产业园")
    assert feature.valid_from == kernel.today()
    with kernel.acting(kernel.system_actor()):
        record = ArchiveRecord.objects.get()
        effects = list(AppliedEffect.objects.order_by("key").values_list("kind", flat=True))
    assert (record.case_no, record.keep, record.decision_no) == (state["case"]["no"], "30年", number)
    assert effects == ["layer.write", "archive.file"]
    assert breaks(verify_cases) == []


def test_decision_numbers_of_an_organ_have_no_gap(world):
    first = world.decided()
    refused = world.open()
    world.act("county_clerk", FEIXI, refused, "refuse", opinion="材料虚假。")
    second = world.decided()
    numbers = [world.state(c)["decision"]["no"] for c in (first, refused, second)]
    year = kernel.today().year
    assert numbers == [
        f"用字第{FEIXI}{year}00001号",
        f"不予预审〔{year}〕{FEIXI}0001号",
        f"用字第{FEIXI}{year}00002号",
    ]


def test_an_effect_that_refuses_leaves_nothing(world, monkeypatch):
    """The archive is the last effect: when it refuses, the layer row, number and decision are gone with it."""
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    before = world.state(case)
    real = registry.kind("archive.file")

    def refuse(order):
        from ziyuan.kernel.errors import NotFound

        raise NotFound("库房", "A-1")

    monkeypatch.setitem(
        registry._kinds, "archive.file", registry.Kind(refuse, real.undo, real.proof, real.texts, real.faults)
    )
    with pytest.raises(EffectRefused, match=r"archive\.file.*没有找到库房"):
        world.act("county_chief", FEIXI, case, "agree", command="c-1")
    assert world.state(case) == before
    assert reviewed_sites() == []
    with kernel.acting(kernel.system_actor()):
        assert not Case.objects.get(pk=case.pk).closed
        assert not AppliedEffect.objects.exists()
        assert not ArchiveRecord.objects.exists()
    monkeypatch.undo()
    world.act("county_chief", FEIXI, case, "agree", command="c-1")
    assert world.state(case)["decision"]["no"].endswith("00001号"), "the number was given back"


def test_an_effect_nobody_registered_has_a_name_in_the_refusal():
    with pytest.raises(UnknownEffect, match=r"ledger\.post"):
        registry.kind("ledger.post")


def test_the_inverse_of_each_effect_takes_it_back_once_and_again(world):
    case = world.decided()
    by, state = kernel.system_actor(), world.state(case)
    with kernel.acting(by):
        for _ in range(2):
            for told in state["effects"]:
                registry.kind(told["kind"]).undo(told["target"], state["case"]["no"], by)
        assert reviewed_sites() == []
        assert ArchiveRecord.objects.filter(withdrawn=None).count() == 0


def test_the_paper_is_issued_once_however_often_the_job_runs(world):
    case = world.decided()
    for _ in range(3):
        workflow.issue_document(case=case.pk)
    with kernel.acting(kernel.system_actor()):
        assert Document.objects.count() == 1
        assert CaseEvent.objects.filter(kind="issued").count() == 1
    assert breaks(verify_cases) == []


def test_a_case_over_the_city_writes_its_feature_into_the_principal_county(world):
    case = world.open(box(*CLEAR), project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    world.act("city_reviewer", HEFEI, case, "agree")
    world.act("province_chief", ANHUI, case, "agree")
    assert world.state(case)["decision"]["no"].startswith(f"用字第{ANHUI}")
    assert len(reviewed_sites()) == 1


def test_validity_of_the_paper_is_the_law_of_the_deciding_day(world, on_day):
    case = world.open()
    world.act("county_clerk", FEIXI, case, "agree")
    on_day("2026-11-26")
    world.act("county_chief", FEIXI, case, "agree")
    workflow.issue_document(case=case.pk)
    with kernel.acting(kernel.system_actor()):
        facts = Document.objects.get().facts
    assert facts["valid_until"] == date(2029, 11, 26).isoformat()
