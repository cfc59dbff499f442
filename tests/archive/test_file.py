"""What a closed case leaves in the archive."""

from tests.workflow.conftest import world  # noqa: F401  (the fixture)
from tests.workflow.world import FEIXI, breaks
from ziyuan.archive.file import manifest_digest, verify_archive
from ziyuan.archive.models import ArchiveRecord
from ziyuan.kernel import service as kernel


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
