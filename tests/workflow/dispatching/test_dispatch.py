"""Patches from above become cases at one stroke: each as if it had been opened by itself, once, whatever happens."""

import json

import pytest
import yaml
from django.db import transaction

from tests.workflow.world import CHANGFENG, CLEAR, FEIXI, FORM, MATTER, box, breaks, site
from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.workflow import service as workflow
from ziyuan.workflow.cases import receive, versions
from ziyuan.workflow.cases import runtime as runtimes
from ziyuan.workflow.cases.journal import rebuild
from ziyuan.workflow.cases.proof import verify_cases
from ziyuan.workflow.dispatching import dispatch as room
from ziyuan.workflow.dispatching import writing
from ziyuan.workflow.dispatching.dispatch import Row, dispatch
from ziyuan.workflow.dispatching.file import read
from ziyuan.workflow.errors import DispatchRefused, DispatchUnreadable
from ziyuan.workflow.models import Case, CaseEvent, Task

SYSTEM = kernel.system_actor


def row(n: int, county: str = FEIXI, **form) -> Row:
    return Row(n, f"WP-{n:04d}", county, {**FORM, **form}, site(box(*CLEAR)))


@pytest.fixture
def unscreened(world, monkeypatch, tmp_path):
    """The matter of the pack without its checks on the map."""
    matter = kernel.matter(MATTER)
    told = yaml.safe_load((matter.folder / "matter.yaml").read_text(encoding="utf-8"))
    del told["screening"]
    made = runtimes.compiled(kernel.Matter(matter.id, matter.pack, matter.folder, told))
    for module in (versions, receive, room):
        monkeypatch.setattr(module, "runtime", lambda key: made)
    return world


def everything() -> list[object]:
    """All that is stored of all cases, but for the numbers the database gives."""
    with kernel.acting(SYSTEM()):
        found = []
        for case in Case.objects.order_by("no"):
            told = {f.name: getattr(case, f.name) for f in Case._meta.concrete_fields if f.name not in ("id", "state")}
            parts = [
                [
                    {n: v for n, v in part.items() if n not in ("id", "case_id")}
                    for part in model.objects.filter(case=case).order_by(by).values()
                ]
                for model, by in ((CaseEvent, "seq"), (Task, "number"))
            ]
            found.append((told, {**case.state}, *parts))
        return found


def numbers() -> list[str]:
    with kernel.acting(SYSTEM()):
        return list(Case.objects.order_by("no").values_list("no", flat=True))


@pytest.mark.parametrize("screened", [False, True])
def test_a_dispatched_case_is_the_one_that_would_have_been_opened_by_itself(request, on_day, screened):
    request.getfixturevalue("world" if screened else "unscreened")
    on_day("2026-09-21")
    given = [row(n, project_name=f"图斑 {n}") for n in range(1, 6)]
    messages = [
        {"no": r.no, "matter": MATTER, "form": r.form, "site": r.site, "papers": [], "submitted": kernel.now().isoformat()}
        for r in given
    ]
    with transaction.atomic():
        for message in messages:
            workflow.open_case(message, SYSTEM())
        one_by_one = everything()
        transaction.set_rollback(True)
    assert everything() == []
    report = dispatch(SYSTEM(), MATTER, given, batch=2)
    assert (report.opened, report.known, report.faults) == (5, 0, [])
    assert everything() == one_by_one, "rows, states, events and their hashes"
    assert one_by_one[0][1]["tasks"]["1"]["node"] and bool(one_by_one[0][1]["screening"]) == screened
    with kernel.acting(SYSTEM()):
        assert all(rebuild(case) == (case.state, case.head) for case in Case.objects.all())
    assert breaks(verify_cases) == []


def test_killed_between_two_batches_and_run_again_every_row_has_its_case_once(unscreened):
    given = [row(n) for n in range(1, 8)]

    def killed(report):
        if report.opened == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dispatch(SYSTEM(), MATTER, given, batch=2, progress=killed)
    assert len(numbers()) == 4
    again = dispatch(SYSTEM(), MATTER, given, batch=2)
    assert (again.opened, again.known) == (3, 4)
    assert [no[-5:] for no in numbers()] == [f"{n:05d}" for n in range(1, 8)]
    assert (dispatch(SYSTEM(), MATTER, given).opened, len(numbers())) == (0, 7)


def test_killed_in_the_middle_of_writing_a_batch_leaves_nothing_of_it(unscreened, monkeypatch):
    given, write, turns = [row(n) for n in range(1, 7)], writing.write, []

    def failing(kinds, cases):
        turns.append(write(kinds, cases))
        if len(turns) == 2:
            raise KeyboardInterrupt
        return turns[-1]

    monkeypatch.setattr(writing, "write", failing)
    with pytest.raises(KeyboardInterrupt):
        dispatch(SYSTEM(), MATTER, given, batch=3)
    assert len(numbers()) == 3, "the second batch had its cases inserted, and they are gone"
    dispatch(SYSTEM(), MATTER, given, batch=3)
    assert [no[-5:] for no in numbers()] == [f"{n:05d}" for n in range(1, 7)], "its numbers were given back"


BAD = [
    (Row(2, "", FEIXI, FORM), "没有外部编号"),
    (row(1), "外部编号“WP-0001”与第 1 行重复"),
    (Row(4, "WP-4", "349999", FORM), "行政区代码“349999”未登记"),
    (Row(5, "WP-5", "340100", FORM), "“340100”(合肥市)不是县级行政区"),
    (Row(6, "WP-6", "", FORM), "没有县级代码,也没有图形"),
    (Row(7, "WP-7", FEIXI, {**FORM, "strange": 1}), "表单中没有字段“strange”"),
    (Row(8, "WP-8", FEIXI, {**FORM, "project_name": ""}), "请填写项目名称"),
    (Row(9, "W" * 41, FEIXI, FORM), "外部编号超过 40 个字符"),
    (Row(10, "WP-10", FEIXI, FORM, fault="图形应为面"), "图形应为面"),
]


def test_a_bad_row_is_told_by_its_line_and_reason_and_stops_no_other(unscreened):
    given = [row(1), *(Row(n, bad.no, bad.county, bad.form, bad.site, bad.fault) for n, (bad, _) in enumerate(BAD, 2)), row(99)]
    report = dispatch(SYSTEM(), MATTER, given)
    assert report.opened == 2
    assert [(f["line"], f["reason"]) for f in report.faults] == [(n, reason) for n, (_, reason) in enumerate(BAD, 2)]
    assert [no[-5:] for no in numbers()] == ["00001", "00002"], "a bad row takes no number"


def test_where_all_or_none_is_asked_one_bad_row_opens_nothing(unscreened):
    with pytest.raises(DispatchRefused) as refused:
        dispatch(SYSTEM(), MATTER, [row(1), row(2), BAD[0][0]], whole=True, batch=2)
    assert refused.value.facts["faults"] == [{"line": 2, "no": "", "reason": "没有外部编号"}]
    assert everything() == []
    assert dispatch(SYSTEM(), MATTER, [row(1), row(2)], whole=True).opened == 2
    assert [no[-5:] for no in numbers()] == ["00001", "00002"], "the trial took no numbers"


def test_without_a_county_the_map_says_where_the_case_lies(unscreened):
    assert dispatch(SYSTEM(), MATTER, [Row(1, "WP-1", "", FORM, site(box(*CLEAR)))]).opened == 1
    with kernel.acting(SYSTEM()):
        assert Case.objects.get().county == FEIXI


def test_only_who_may_dispatch_does_and_only_in_his_region(unscreened, make_actor):
    with pytest.raises(errors.NotAllowed):
        dispatch(make_actor("county_clerk", FEIXI), MATTER, [row(1)])
    report = dispatch(make_actor("city_chief", "341100"), MATTER, [row(1), row(2, county=CHANGFENG)])
    assert [f["reason"] for f in report.faults] == ["肥西县不在您的行政区内", "长丰县不在您的行政区内"]
    dispatch(SYSTEM(), MATTER, [row(1)])
    taken = dispatch(make_actor("city_chief", "341100"), MATTER, [row(1)])
    assert [f["reason"] for f in taken.faults] == ["外部编号“WP-0001”已用于其他行政区的案件"]


def test_the_audit_keeps_one_row_for_each_county_of_a_batch_and_its_chain_holds(unscreened, monkeypatch):
    told = []
    real = kernel.record
    monkeypatch.setattr(kernel, "record", lambda by, action, **more: (told.append((action, more)), real(by, action, **more)))
    dispatch(SYSTEM(), MATTER, [row(1), row(2, county=CHANGFENG), row(3)])
    assert [(a, m["county"], m["count"]) for a, m in told] == [
        ("case.dispatched", CHANGFENG, 1),
        ("case.dispatched", FEIXI, 2),
    ]
    assert all(m["after"]["root"] for _, m in told)


def test_a_list_is_read_from_csv_or_from_features_a_line(world, tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("no,county,project_name\nA1,340123,一号\nA2,,二号,多\n", encoding="utf-8-sig")
    found = list(read(table))
    assert [(r.line, r.no, r.county, r.form, r.fault) for r in found] == [
        (2, "A1", FEIXI, {"project_name": "一号"}, ""),
        (3, "A2", "", {"project_name": "二号"}, "列数多于表头"),
    ]
    table.write_text("number\n1\n", encoding="utf-8")
    with pytest.raises(DispatchUnreadable, match="表头没有“no”列"):
        list(read(table))
    ring = [[117.1, 31.7], [117.101, 31.7], [117.101, 31.701], [117.1, 31.7]]
    features = [
        {
            "type": "Feature",
            "properties": {"no": "B1", "county": FEIXI, "scale": "大"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        },
        {"type": "Feature", "properties": {"no": "B2"}, "geometry": {"type": "Point", "coordinates": ring[0]}},
        {"type": "Feature", "properties": {"no": "B3"}, "geometry": None},
    ]
    lines = tmp_path / "list.geojsonl"
    lines.write_text("\n".join([*(json.dumps(f) for f in features), "", "{"]), encoding="utf-8")
    found = list(read(lines))
    assert [(r.line, r.no, r.fault) for r in found] == [
        (1, "B1", ""), (2, "B2", "图形应为面"), (3, "B3", ""), (5, "", "不是一个 GeoJSON 要素"),
    ]  # fmt: skip
    assert found[0].site["zone"] == kernel.region(FEIXI).zone and len(found[0].site["parts"][0][0]) == 3
    assert found[2].site is None and found[0].form == {"scale": "大"}
