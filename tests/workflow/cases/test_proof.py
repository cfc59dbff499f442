"""One changed byte anywhere in a case is found, and its place named."""

import pytest
from django.db.models import F

from tests.workflow.world import FEIXI, breaks, tamper
from ziyuan.archive.file import verify_archive
from ziyuan.archive.models import ArchiveRecord
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.models import AppliedEffect, Case, CaseEvent, Document, Paper, Task

pytestmark = pytest.mark.usefixtures("owners_rights")


@pytest.fixture
def case(world):
    found = world.decided()
    workflow.issue_document(case=found.pk)
    workflow.take_rating({"no": found.outer_no, "level": 4, "text": ""}, kernel.system_actor())
    assert breaks(verify_cases) == []
    return found


@pytest.mark.parametrize(
    ("model", "column", "value", "place"),
    [
        (Case, "title", "肥西县高端装备产业园二期", "title"),
        (Case, "status", "open", "status"),
        (Case, "due", "2030-01-01", "due"),
        (Task, "holder", 1, "任务"),
        (Task, "outcome", "refuse", "任务"),
        (Paper, "digest", "0" * 64, "材料"),
        (AppliedEffect, "target", "x|y|z|0", "效力"),
        (AppliedEffect, "decision", "用字第0号", "效力"),
        (Document, "digest", "0" * 64, "文书"),
        (Document, "title", "另一份文书", "文书"),
        (Document, "facts", {"project": "另一个项目"}, "文书"),
    ],
)
def test_a_changed_row_is_located(case, model, column, value, place):
    with kernel.acting(kernel.system_actor()):
        first = model.objects.order_by("pk").first()
        model.objects.filter(pk=first.pk).update(**{column: value})
    found = breaks(verify_cases)
    assert found
    assert all(case.no in b.place and place in b.place for b in found)


@pytest.mark.parametrize("model", [AppliedEffect, Task, Paper, Document])
def test_a_missing_row_is_located(case, model):
    table = model._meta.db_table
    tamper(
        f"DELETE FROM {table} WHERE {model._meta.pk.column} = (SELECT min({model._meta.pk.column}) FROM {table})"
    )
    assert breaks(verify_cases), table


def test_a_changed_state_is_found(case):
    with kernel.acting(kernel.system_actor()):
        state = Case.objects.get().state
        state["decision"]["opinion"] = "不同意。"
        Case.objects.update(state=state)
    assert [b.what for b in breaks(verify_cases)] == ["案件状态与事件重建的结果不符"]


@pytest.mark.parametrize(
    "change",
    [
        "body = jsonb_set(body, '{decision,opinion}', '\"不同意。\"') WHERE kind = 'decided'",
        "actor = '别人' WHERE kind = 'decided'",
        "at = at + interval '1 microsecond' WHERE seq = 3",
        "kind = 'recalled' WHERE kind = 'screened'",
        "hash = repeat('0', 64) WHERE seq = 2",
        "seq = 999 WHERE seq = 4",
    ],
)
def test_a_changed_event_is_located(case, change):
    tamper(f"UPDATE workflow_caseevent SET {change}")
    found = breaks(verify_cases)
    assert found
    assert all("个事件" in b.place for b in found)


def test_a_cut_tail_is_found(case):
    tamper("DELETE FROM workflow_caseevent WHERE kind = 'rated'")
    assert any("链首" in b.what for b in breaks(verify_cases))


def test_events_may_not_be_changed_by_the_application(case):
    from django.db import transaction
    from django.db.utils import DatabaseError

    for attempt in (
        lambda: CaseEvent.objects.update(seq=F("seq") + 1),
        lambda: CaseEvent.objects.all().delete(),
    ):
        with kernel.acting(kernel.system_actor()), pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_changed_feature_of_the_layer_is_located(case):
    tamper('UPDATE layers.land_control_2021_xshx SET "XMMC" = %s WHERE county = %s', "另一个项目", FEIXI)
    assert [(b.place, b.what) for b in breaks(verify_cases)] == [
        (f"{case.no} 效力 layer.write", "图层要素的内容与写入时的摘要不符")
    ]


@pytest.mark.parametrize(
    ("column", "value"), [("keep", "永久"), ("title", "另一个"), ("manifest_sm3", "0" * 64)]
)
def test_a_changed_archive_row_is_located(case, column, value):
    with kernel.acting(kernel.system_actor()):
        ArchiveRecord.objects.update(**{column: value})
    found = breaks(verify_archive)
    assert found
    assert case.no in found[0].place


def test_an_archive_record_exchanged_for_a_consistent_other_is_found_by_the_case(case):
    from ziyuan.archive.file import manifest_digest

    with kernel.acting(kernel.system_actor()):
        record = ArchiveRecord.objects.get()
        manifest = {**record.manifest, "opinions": []}
        ArchiveRecord.objects.update(manifest=manifest, manifest_sm3=manifest_digest(manifest))
    assert breaks(verify_archive) == []
    assert [b.what for b in breaks(verify_cases)] == ["归档清单的散列与结案时不符"]
