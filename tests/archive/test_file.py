"""What a closed case leaves in the archive."""

import pytest
from django.db import IntegrityError, transaction

from tests.workflow.conftest import world  # noqa: F401  (the fixture)
from tests.workflow.tasks import linear
from tests.workflow.world import ANHUI, FEIXI, HEFEI, breaks
from ziyuan.archive.file import manifest_digest, verify_archive
from ziyuan.archive.models import ArchiveRecord
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.effects import registry
from ziyuan.workflow.errors import EffectRefused
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent


def test_the_manifest_lists_every_paper_and_who_said_what(world):  # noqa: F811
    case = world.decided()
    with kernel.acting(kernel.system_actor()):
        record = ArchiveRecord.objects.get()
    assert record.manifest_sm3 == manifest_digest(record.manifest)
    assert {p["kind"] for p in record.manifest["papers"]} == {"application", "basis"}
    assert [(o["title"], o["outcome"]) for o in record.manifest["opinions"]] == [
        ("县级受理初审", "agree"),
        ("县级决定", "agree"),
    ]
    assert (record.archive_class, record.starts) == ("行政审批/用地预审与选址", "closed")
    assert record.title == case.title
    assert breaks(verify_archive) == []


def test_another_county_sees_no_record(world):  # noqa: F811
    world.decided()
    with kernel.acting(world.officer("county_clerk", "340121")):
        assert ArchiveRecord.objects.count() == 0
    with kernel.acting(world.officer("county_clerk", FEIXI)):
        assert ArchiveRecord.objects.count() == 1


@pytest.fixture
def accepted(world, monkeypatch, tmp_path):  # noqa: F811
    """A provincial case, accepted by the county, in a matter that may be terminated."""
    linear.publish(monkeypatch, tmp_path)
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    return case


def end(world, case):  # noqa: F811
    world.act("province_chief", ANHUI, case, "terminate", to="gone", opinion="公司已经注销。")


def records(case):
    with kernel.acting(kernel.system_actor()):
        return list(ArchiveRecord.objects.filter(case_no=case.no).order_by("pk"))


def sound(case):
    assert breaks(verify_archive) == breaks(verify_cases) == []
    with kernel.acting(kernel.system_actor()):
        row = Case.objects.get(pk=case.pk)
        assert rebuild(row) == (row.state, row.head)
        return list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True))


def test_a_terminated_case_is_filed_in_the_same_transaction_with_how_it_ended(world, accepted):  # noqa: F811
    end(world, accepted)
    (record,) = records(accepted)
    assert (record.archive_class, record.keep, record.decision_no) == ("行政审批/用地预审与选址", "30年", "")
    closing = record.manifest["closing"]
    assert (closing["status"], closing["title"], closing["reason"]) == ("terminated", "申请人主体消灭", "公司已经注销。")
    assert sound(accepted)[-2:] == ["terminated", "filed"]


def test_an_ending_may_name_a_class_and_term_of_its_own(world, monkeypatch, tmp_path):  # noqa: F811
    own = {"class": "行政审批/终止", "keep": "10年", "starts": "closed"}
    linear.publish(monkeypatch, tmp_path, terminations={"gone": {**linear.ENDINGS["gone"], "archive": own}})
    case = world.open(project_level="province", investment=1)
    world.act("county_clerk", FEIXI, case, "agree")
    end(world, case)
    assert [(r.archive_class, r.keep) for r in records(case)] == [("行政审批/终止", "10年")]


def test_where_the_archive_refuses_the_case_is_not_terminated(world, accepted, monkeypatch):  # noqa: F811
    real = registry.kind("archive.file")

    def refuse(order):
        from ziyuan.kernel.errors import NotFound

        raise NotFound("库房", "A-1")

    monkeypatch.setitem(
        registry._kinds, "archive.file", registry.Kind(refuse, real.undo, real.proof, real.texts, real.faults, False, True)
    )
    before = world.state(accepted)
    with pytest.raises(EffectRefused, match=r"archive\.file.*没有找到库房"):
        end(world, accepted)
    assert world.state(accepted) == before
    assert records(accepted) == []


def test_a_restart_takes_the_order_back_and_the_next_closing_files_again(world, accepted):  # noqa: F811
    end(world, accepted)
    world.act("province_chief", ANHUI, accepted, "restart", opinion="公司恢复登记。")
    assert [bool(r.withdrawn) for r in records(accepted)] == [True]
    assert "effects_undone" in sound(accepted)
    county = ("county_chief", FEIXI)  # begun again, the case is with the county, and nobody has routed it
    world.act(*county, accepted, "terminate", to="gone", opinion="再次注销。")
    world.act(*county, accepted, "restart", opinion="再次恢复。")
    world.act("county_clerk", FEIXI, accepted, "agree")
    world.act("city_reviewer", HEFEI, accepted, "agree")
    world.act("province_chief", ANHUI, accepted, "agree")
    told = records(accepted)
    assert [bool(r.withdrawn) for r in told] == [True, True, False]
    assert told[-1].decision_no
    assert "closing" not in told[-1].manifest
    sound(accepted)
    with kernel.acting(kernel.system_actor()):
        keys = AppliedEffect.objects.filter(case=accepted, kind="archive.file").order_by("key")
        told = [key.partition("/")[2] for key in keys.values_list("key", flat=True)]
    assert told == ["closing:terminated/1", "closing:terminated/2", "granted/2"]


def test_a_withdrawn_case_is_filed_and_a_repeated_withdrawal_files_nothing_more(world, accepted):  # noqa: F811
    for _ in range(2):
        workflow.withdraw({"no": accepted.outer_no}, kernel.system_actor())
    (record,) = records(accepted)
    assert record.manifest["closing"]["status"] == "withdrawn"
    assert sound(accepted)[-2:] == ["withdrawn", "filed"]


def test_a_lost_or_withdrawn_record_of_a_closed_case_is_noticed(world, accepted):  # noqa: F811
    """Negative controls of the proof, and of the one record that stands."""
    end(world, accepted)
    (record,) = records(accepted)
    with kernel.acting(kernel.system_actor()), pytest.raises(IntegrityError), transaction.atomic():
        ArchiveRecord.objects.create(
            **{f.attname: getattr(record, f.attname) for f in ArchiveRecord._meta.concrete_fields if f.name != "id"}
        )
    with kernel.acting(kernel.system_actor()):
        ArchiveRecord.objects.update(withdrawn=kernel.now())
    assert [b.what for b in breaks(verify_cases)] == ["没有归档记录"]
