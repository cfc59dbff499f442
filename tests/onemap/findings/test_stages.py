"""Before and after: each stage against the one it names, over the stock; the expected answers were worked out by hand."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from ziyuan.kernel import service as kernel
from ziyuan.onemap.findings import stages
from ziyuan.onemap.quality import chains, errors

COUNTY = "340123"
SQUARE = "SRID=4490;MULTIPOLYGON(((117 31.7,117.001 31.7,117.001 31.701,117 31.701,117 31.7)))"


@pytest.fixture
def stock(db):
    """`stock("XSHX", key, county, ZSBH=…)`: one row on the map, entered as the owner of its county."""

    def enter(entity: str, key: str, county: str = COUNTY, **values: Any) -> None:
        shaped = entity in ("XSHX", "DZ_YDHX")
        names = ["city", "county", "key", "zone", "valid_from", "known_from", *(["geom"] if shaped else []), *values]
        head = [f"{county[:4]}00", county, key, 39, date(2020, 1, 1), kernel.now()]
        given = [*head, *([SQUARE] if shaped else []), *values.values()]
        columns = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("ST_GeomFromEWKT(%s)" if name == "geom" else "%s" for name in names)
        with kernel.acting(kernel.system_actor("测试")), connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO layers."land_control_2021_{entity.lower()}" ({columns}) VALUES ({marks})', given)

    return enter


def told(by, name="land_use", **more):
    return stages.report(by, name, **more)


def found(report) -> set[tuple[str, str, str]]:
    return {(item["check"], item["stage"], item["key"]) for item in report["items"]}


@pytest.fixture
def officer(make_actor):
    return make_actor("data_officer", COUNTY)


def lawful(stock):
    stock("XSHX", "x1", ZSBH="用字第1号", HFRQ=date(2023, 3, 1), ZYDMJ=1000)
    stock("ZZ_PFXX", "p1", GJPFWH="皖政地1号", GJPFRQ=date(2023, 6, 1), YSXZZSBH="用字第1号", YDZMJ=5)
    stock("JBXX", "g1", HTBH="合同1", HTQDRQ=date(2023, 9, 1), PFWH="皖政地1号")
    stock("DZ_YDHX", "y1", ZSBH="地字第1号", FZRQ=date(2023, 10, 1), ZYDMJ=1000, HTH="合同1", YSXZZSBH="用字第1号")
    stock("DZ_GG_JBXX", "c1", ZSBH="建字第1号", ZYDMJ=1000, YDXKZH="地字第1号")


def test_a_business_in_order_gives_nothing_and_says_what_is_not_connected(stock, officer):
    lawful(stock)
    report = told(officer)
    assert (report["items"], report["total"], report["confidence"]) == ([], 0, "unconfirmed")
    assert {s["id"]: (s["rows"], s["ready"]) for s in report["stages"]} == {
        "review": (1, True), "approval": (1, True), "supply": (1, True), "land_permit": (1, True), "project_permit": (1, True),
        "registration": (0, False),
    }  # fmt: skip


def test_each_break_is_told_once_with_what_and_where(stock, officer):
    lawful(stock)
    stock("ZZ_PFXX", "p2", GJPFWH="皖政地2号", GJPFRQ=date(2023, 6, 1))
    stock("ZZ_PFXX", "p3", GJPFWH="皖政地3号", YSXZZSBH="用字第99号")
    stock("ZZ_PFXX", "p4", GJPFWH="皖政地4号", GJPFRQ=date(2023, 2, 28), YSXZZSBH="用字第1号")
    stock("DZ_YDHX", "y2", ZSBH="地字第1号", FZRQ=date(2024, 1, 1), ZYDMJ=1000, HTH="合同1")
    stock("DZ_YDHX", "y3", ZSBH="地字第3号", FZRQ=date(2023, 3, 1), ZYDMJ="1000.0001", YSXZZSBH="用字第1号")
    stock("DZ_GG_JBXX", "c2", YDXKZH="地字第3号", ZYDMJ=1)
    assert found(told(officer)) == {
        ("no_reference", "approval", "p2"), ("unknown_reference", "approval", "p3"), ("too_early", "approval", "p4"),
        ("repeated_number", "land_permit", "y2"), ("area_grown", "land_permit", "y3"), ("no_number", "project_permit", "c2"),
    }  # fmt: skip
    item = next(i for i in told(officer)["items"] if i["key"] == "p4")
    assert (item["value"], item["expected"], item["county"]) == ("2023-02-28", "不早于 2023-03-01", COUNTY)
    assert "用地预审与选址" in item["message"]


def test_the_same_day_and_the_same_area_are_lawful(stock, officer):
    stock("XSHX", "x1", ZSBH="A", HFRQ=date(2023, 3, 1), ZYDMJ=1000)
    stock("DZ_YDHX", "y1", ZSBH="B", FZRQ=date(2023, 3, 1), ZYDMJ=1000, YSXZZSBH="A")
    assert told(officer)["items"] == []


def test_the_supervision_number_only_gives_notes(stock, officer):
    stock("XSHX", "x1", DZJGH="3401230001", HFRQ=date(2023, 3, 1))
    stock("ZZ_PFXX", "p1", DZJGH="3401230001", GJPFRQ=date(2023, 4, 1))
    stock("ZZ_PFXX", "p2", DZJGH="3401239999", GJPFRQ=date(2023, 4, 1))
    report = told(officer, "supervision")
    assert found(report) == {("unknown_reference", "approval", "p2")}
    assert {i["severity"] for i in report["items"]} == {"note"}


def test_another_county_is_neither_counted_nor_told(stock, officer, make_actor):
    stock("ZZ_PFXX", "p9", "340121", GJPFWH="皖政地9号")
    assert told(officer)["items"] == [] and told(officer)["stages"][1]["rows"] == 0
    assert found(told(make_actor("data_reviewer", "340100"))) == {("no_reference", "approval", "p9")}
    assert told(make_actor("data_reviewer", "340100"), county=COUNTY)["items"] == []


def test_what_is_not_listed_is_counted(stock, officer, monkeypatch):
    monkeypatch.setattr(stages, "MOST", 2)
    for n in range(5):
        stock("ZZ_PFXX", f"p{n}", GJPFWH=f"号{n}")
    report = told(officer)
    assert (len(report["items"]), report["total"], report["left_off"]) == (2, 5, 3)
    assert stages.csv_of(report).count("\n") == 3


def test_the_committed_chains_name_fields_that_exist():
    assert [c.id for c in chains.chains()] == ["land_use", "supervision"]
    with pytest.raises(errors.ChainUnknown, match="land_use"):
        chains.chain("land_us")


@pytest.mark.parametrize(("change", "words"), [
    ({"number": "ZSBHH"}, "ZSBH"), ({"numbr": "ZSBH"}, "number"), ({"after": [{"stage": "later", "by": "ZSBH"}]}, "later"),
])  # fmt: skip
def test_a_chain_with_a_wrong_word_is_refused_with_the_nearest(change, words):
    stage = {"id": "review", "title": "预审", "layer": "land_control@2021/XSHX", "number": "ZSBH", **change}
    if "numbr" in change:
        del stage["number"]
    with pytest.raises(errors.ChainWrong, match=words):
        chains.read("x.yaml", {"chain": {"id": "x", "title": "x"}, "stages": [stage]})
