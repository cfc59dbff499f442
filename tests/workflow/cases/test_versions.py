"""A case ends on the texts it began with, though the pack has changed since."""

import shutil

import pytest

from tests.workflow.world import FEIXI, HEFEI, breaks, tamper
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import runtime as runtimes
from ziyuan.workflow.cases import versions
from ziyuan.workflow.models import Document, MatterVersion


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """The pack's next release: the county's node has another name, the paper another title."""

    def publish() -> str:
        matter = kernel.matter("use_control/site_review")
        folder = tmp_path / "site_review"
        shutil.copytree(matter.folder, folder)
        for name, old, new in (
            ("process.bpmn", "county_decide", "county_sign"),
            ("matter.yaml", "title: 建设项目用地预审与选址意见书", "title: 新版意见书"),
        ):
            text = (folder / name).read_text(encoding="utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        import yaml

        told = yaml.safe_load((folder / "matter.yaml").read_text(encoding="utf-8"))
        new = runtimes.compiled(kernel.Matter(matter.id, matter.pack, folder, told))
        for module in (versions, __import__("ziyuan.workflow.cases.receive", fromlist=["x"])):
            monkeypatch.setattr(module, "runtime", lambda key: new)
        return new.version

    yield publish
    versions._earlier.cache_clear()


def test_an_open_case_goes_on_by_its_own_process_and_paper(world, next_version):
    old = world.open(project_level="county")
    world.act("county_clerk", FEIXI, old, "agree")
    assert world.waiting(old) == [("county_decide", FEIXI)]
    released = next_version()
    young = world.open()
    assert (young.version, old.version == young.version) == (released, False)
    world.act("county_clerk", FEIXI, young, "agree")
    assert world.waiting(young) == [("county_sign", FEIXI)]
    for case in (old, young):
        world.act("county_chief", FEIXI, case, "agree")
        workflow.issue_document(case=case.pk)
    with kernel.acting(kernel.system_actor()):
        titles = list(Document.objects.order_by("pk").values_list("title", flat=True))
        assert MatterVersion.objects.count() == 2
    assert titles == ["建设项目用地预审与选址意见书", "新版意见书"]
    assert breaks(versions.verify_versions) == []


def test_a_recall_over_a_release_is_by_the_old_process(world, next_version):
    case = world.open(project_level="city")
    world.act("county_clerk", FEIXI, case, "agree")
    next_version()
    assert world.waiting(case) == [("city_review", HEFEI)]
    world.act("county_clerk", FEIXI, case, "recall")
    assert world.waiting(case) == [("accept", FEIXI)]


def test_changed_texts_of_an_old_version_are_found_and_not_run(world, next_version, owners_rights):
    case = world.open()
    next_version()
    tamper(
        "UPDATE workflow_matterversion SET texts = jsonb_set(texts, '{route.dmn}', '\"x\"') WHERE version = %s",
        case.version,
    )
    assert [b.part for b in breaks(versions.verify_versions)] == ["事项版本"]
    with pytest.raises(kernel.PackFault, match="摘要不符"):
        world.act("county_clerk", FEIXI, case, "agree")


def test_examples_are_no_part_of_a_version():
    texts = runtimes.texts_of(kernel.matter("use_control/site_review"))
    assert "process.bpmn" in texts
    assert not [name for name in texts if "examples" in name]


def test_refusals_of_two_counties_have_two_numbers(world):
    from tests.workflow.world import CHANGFENG, box, seal_county

    seal_county(CHANGFENG)
    numbers = []
    for county in (FEIXI, CHANGFENG):
        case = world.open(box(320, 300, 380, 360, county))
        world.act("county_clerk", county, case, "refuse", opinion="不属于预审范围。")
        workflow.issue_document(case=case.pk)
        numbers.append(world.state(case)["decision"]["no"])
    assert len(set(numbers)) == 2
