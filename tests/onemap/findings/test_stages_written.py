"""A chain of business is judged where a stage is written: by a case, by a filed record, by a delivery that is sealed."""

import copy
from datetime import date, timedelta

import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.onemap.findings import small_package
from tests.onemap.findings.test_stages import stock  # noqa: F401  (a fixture)
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import chained
from ziyuan.onemap.deliveries.keep import kept_layers
from ziyuan.onemap.deliveries.mandates import mandate
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.editions import stages
from ziyuan.onemap.editions.errors import StageBroken, StageNeeded
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.findings import stages as report
from ziyuan.onemap.quality import chains
from ziyuan.onemap.quality.stages import Found, Row, by_number, judge

COUNTY, PERMIT, REVIEW = "340123", "land_control@2021/DZ_YDHX", "land_control@2021/XSHX"
DAY = date(2024, 1, 10)
CALLED = {"HTH": "合同1", "YSXZZSBH": "用字第1号", "ZSBH": "地字第1号", "FZRQ": DAY, "ZYDMJ": 1000, "DZJGH": "3401230001"}
PLACE = {"type": "Polygon", "coordinates": [[[117.15, 31.70], [117.151, 31.70], [117.151, 31.701], [117.15, 31.70]]]}


@pytest.fixture
def clerk(make_actor):
    return make_actor("county_clerk", COUNTY)


def permit(**change):
    kind = onemap.layer(PERMIT)
    filled = {f.name: "1" for f in kind.fields if f.required and f.name != kind.key}
    return {**filled, **CALLED, **change}


def write(key="1", **change):
    shape = PlaneShape.from_shapely(shapely.box(39500000, 3500000, 39500050, 3500050), 39)
    return onemap.layer_write(PERMIT, COUNTY, key, shape, permit(**change), valid_from=DAY, case_no="案一",
                              by=kernel.system_actor("测试"))  # fmt: skip


def on_map(layer=PERMIT):
    return {f.key for f in onemap.asof(layer, kernel.today(), county=COUNTY, by=kernel.system_actor("测试"))}


def before(stock):  # noqa: F811
    stock("XSHX", "x1", ZSBH="用字第1号", HFRQ=date(2023, 3, 1), ZYDMJ=1000)
    stock("JBXX", "g1", HTBH="合同1", HTQDRQ=date(2023, 9, 1), DZJGH="3401230001")


def test_a_permit_whose_earlier_stages_stand_is_written(stock):  # noqa: F811
    before(stock)
    assert write().key == "1" and on_map() == {"1"}


@pytest.mark.parametrize(("change", "check", "missing", "remedy"), [
    ({"HTH": "合同9"}, "unknown_reference", "供地", "先办理或补录供地“合同9”,或改正 HTH。"),
    ({"YSXZZSBH": "用字第9号"}, "unknown_reference", "用地预审与选址", "先办理或补录用地预审与选址“用字第9号”,或改正 YSXZZSBH。"),
    ({"FZRQ": date(2023, 8, 31)}, "too_early", "供地", "核对两个环节的日期。"),
    ({"ZYDMJ": 1000.0001}, "area_grown", "用地预审与选址", "核对面积,或重新办理用地预审与选址。"),
])  # fmt: skip
def test_a_permit_that_breaks_the_chain_is_refused_with_key_stage_and_remedy(stock, change, check, missing, remedy):  # noqa: F811
    before(stock)
    with pytest.raises(StageBroken) as refused:
        write(**change)
    told = refused.value
    assert (told.facts["key"], told.facts["check"], told.remedy) == ("1", check, remedy)
    assert "建设用地规划许可 1" in str(told) and missing in str(told)
    assert on_map() == set()


def test_a_number_used_by_another_case_is_refused_and_the_same_feature_again_is_not(stock):  # noqa: F811
    before(stock)
    write()
    assert write().key == "1"
    with pytest.raises(StageBroken, match="已用于 1"):
        write("2")


def test_a_chain_that_only_notes_lets_the_stage_be_written_and_the_record_says_so(stock, monkeypatch):  # noqa: F811
    before(stock)
    recorded, record = [], kernel.record
    monkeypatch.setattr(kernel, "record", lambda *told, **more: (recorded.append(more), record(*told, **more)))
    write(DZJGH="3401239999")
    assert on_map() == {"1"}
    (said,) = recorded[-1]["warned"]
    assert "3401239999" in said and "供地" in said


def test_what_a_later_stage_names_is_withdrawn_only_after_it(stock):  # noqa: F811
    before(stock)
    write()
    stock("DZ_GG_JBXX", "c1", ZSBH="建字第1号", ZYDMJ=1000, YDXKZH="地字第1号")
    by = kernel.system_actor("测试")
    with pytest.raises(StageNeeded) as refused:
        onemap.layer_withdraw(PERMIT, COUNTY, "1", case_no="案一", by=by)
    assert (refused.value.facts["standing"], refused.value.remedy) == ("c1", "先撤回或更正建设工程规划许可 c1。")
    assert on_map() == {"1"}
    with kernel.acting(by), connection.cursor() as cursor:
        cursor.execute("UPDATE layers.land_control_2021_dz_gg_jbxx SET known_to = %s", [kernel.now()])
    assert onemap.layer_withdraw(PERMIT, COUNTY, "1", case_no="案一", by=by)
    assert on_map() == set()


def test_the_impact_of_an_edition_tells_the_later_stages_that_lean_on_it(stock):  # noqa: F811
    before(stock)
    write()
    edition = Edition(layer="land_control@2021/JBXX", county=COUNTY, reference_date=DAY)
    with kernel.acting(kernel.system_actor("测试")):
        told = {one.reference: one for one in stages._later_stages(edition)}
    one = told["land_use/land_permit"]
    assert one.kind == "后一环节" and "建设用地规划许可 1 宗" in one.title


def filed(people, command="", **change):
    values = {k: v.isoformat() if isinstance(v, date) else v for k, v in permit(OBJECTID=7, ZYDMJ=1000, **change).items()}
    order = onemap.deliveries.Order(COUNTY, "2024", "land_control_filing")
    return onemap.deliveries.file_record(people["officer"], order, "DZ_YDHX", values, PLACE, DAY, command)


def test_a_filed_permit_without_its_supply_is_returned_and_after_the_supply_accepted(stock, people):  # noqa: F811
    stock("XSHX", "x1", ZSBH="用字第1号", HFRQ=date(2023, 3, 1), ZYDMJ=1000)
    row = filed(people)
    found = {f["rule"]: f for f in onemap.findings.listing(people["officer"], row.pk)["items"] if f["severity"] == "error"}
    assert row.state == "returned" and set(found) == {"land_use-land_permit-unknown_reference"}, found
    one = found["land_use-land_permit-unknown_reference"]
    assert (one["key"], one["field"], one["value"], one["row"], one["layer"]) == ("7", "HTH", "合同1", 1, "DZ_YDHX")
    assert one["standard"] == "chains/land_use" and one["lon"] is not None
    assert on_map() == set()
    stock("JBXX", "g1", HTBH="合同1", HTQDRQ=date(2023, 9, 1))
    again = filed(people)
    assert again.state == "sealed", onemap.deliveries.detail(people["officer"], again.pk)["summary"]
    assert on_map() == {"7"}


SURVEY = {
    "chain": {"id": "survey", "title": "先村后图斑", "source": "测试", "confidence": "unconfirmed"},
    "stages": [
        {"id": "village", "title": "村级调查区", "layer": "tdt1057@2020/CJDCQ", "number": "ZLDWDM"},
        {"id": "patch", "title": "地类图斑", "layer": "tdt1057@2020/DLTB", "number": "BSM",
         "after": [{"stage": "village", "by": "ZLDWDM", "required": True}]},
    ],
}  # fmt: skip


@pytest.fixture
def survey_chain(monkeypatch):
    """Said of the survey's layers, as no committed chain does: `survey_chain(severity)`."""

    def say(severity="error"):
        monkeypatch.setattr(chains, "chains", lambda: [chains.read("survey.yaml", {**SURVEY, "severity": severity})])

    return say


def astray(row=3):
    """A county one of whose patches names a village that is not there."""
    package = copy.deepcopy(small_package.lawful())
    package.columns["DLTB"]["ZLDWDM"][row] = "3401239999990000000"
    return package


def test_a_delivery_whose_rows_break_the_chain_gets_placed_findings(survey_chain, deliver):
    survey_chain()
    assert deliver(small_package.lawful()).findings(rule="survey-patch-unknown_reference") == []
    attempt = deliver(astray())
    one = attempt.one("survey-patch-unknown_reference")
    assert (one["row"], one["key"], one["value"]) == (4, small_package.key(astray(), 3), "3401239999990000000")
    assert one["lon"] and one["file"] and one["severity"] == "error" and attempt.state == "returned"


def test_what_broke_since_the_check_stops_the_sealing_and_what_was_told_then_does_not(survey_chain, deliver, people):
    attempt = deliver(astray())

    def sealing():
        with kernel.acting(people["province"]):
            row = Delivery.objects.get(pk=attempt.id)
            chained.demand_unbroken(row, mandate(row.mandate), kept_layers(row, prove=True))

    sealing()  # no chain speaks of these layers
    survey_chain("warning")
    sealing()
    survey_chain()
    with pytest.raises(StageBroken, match=r"先村后图斑.*村级调查区中查不到"):
        sealing()
    attempt = deliver(astray())
    sealing()


PAIR = chains.read("pair.yaml", {
    "chain": {"id": "pair", "title": "两环节"},
    "stages": [
        {"id": "review", "title": "预审", "layer": REVIEW, "number": "ZSBH", "day": "HFRQ"},
        {"id": "permit", "title": "许可", "layer": PERMIT, "number": "ZSBH", "day": "FZRQ",
         "after": [{"stage": "review", "by": "YSXZZSBH", "required": True}]},
    ],
})  # fmt: skip
_NUMBERS, _DAYS = st.sampled_from(["", "A", "B", "C"]), st.integers(0, 3).map(lambda n: DAY + timedelta(n))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_NUMBERS, _DAYS), max_size=4), st.tuples(_NUMBERS, _DAYS))
def test_what_the_writing_finds_is_what_plain_words_say(reviews, one):
    """The permit's number before must stand in the reviews, on no later day than the permit's own."""
    first, second = PAIR.stages
    standing = [Row(COUNTY, str(n), {"ZSBH": z, "HFRQ": d, "ZYDMJ": None}) for n, (z, d) in enumerate(reviews)]
    found = Found(PAIR, report.MOST)
    numbers = by_number(Found(PAIR, 0), first, standing)
    judge(found, second, second.after[0], [Row(COUNTY, "p", {"YSXZZSBH": one[0], "FZRQ": one[1], "ZSBH": "P"})], numbers)
    days = [d for z, d in reviews if z == one[0] != ""]
    expected = ["no_reference"] if not one[0] else ["unknown_reference"] if not days else \
        ["too_early"] if one[1] < min(days) else []  # fmt: skip
    assert [b.check for b in found.items] == expected
