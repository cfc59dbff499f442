"""Every kind of delivery: what it may leave out, what it builds on, what effect it has, and what it is refused for."""

import json
from dataclasses import replace
from datetime import date

import pyarrow.compute as pc
import pytest

from tests.support import packages
from ziyuan.base.errors import UnknownName
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import errors, mandates, orders
from ziyuan.onemap.deliveries.job import read_and_check
from ziyuan.onemap.deliveries.models import Delivery
from ziyuan.onemap.editions import changesets, undo
from ziyuan.onemap.editions.models import Edition

COUNTY, DLTB = "340123", "tdt1057@2020/DLTB"
deliveries = onemap.deliveries


@pytest.fixture
def send(people):
    """Submit bytes under an order and run the check; the delivery as the officer sees it."""

    def go(body, name="a.zip", period="2024", kind="full", who="officer", **more):
        order = deliveries.Order(COUNTY, period, kind=kind, **more)
        row = deliveries.submit(people[who], (COUNTY, period), body, name, order=order)
        read_and_check(delivery=row.pk)
        return deliveries.detail(people["officer"], row.pk)

    return go


@pytest.fixture
def sealed(registered, send, sample, people):
    """The county's 2024, sealed."""
    told = send(sample / "340123-2024.zip", name="340123-2024.zip")
    assert told["state"] == "review", told["summary"]
    deliveries.accept(people["province"], told["id"])
    return deliveries.detail(people["officer"], told["id"])


def state_of_map(people) -> dict[str, tuple[int, str]]:
    """Layer → number and digest of the latest edition."""
    with kernel.acting(people["province"]):
        return {e.layer: (e.features, e.hex_digest) for e in Edition.objects.order_by("pk")}


def only(layer, rows=None):
    """A package change that keeps one layer, or the rows of it for which `rows(table)` holds."""
    return lambda name, table: None if name != layer else table if rows is None else table.filter(rows(table))


def in_village(village):
    return lambda table: pc.equal(pc.utf8_slice_codeunits(table.column("ZLDWDM"), 0, 12), village)


def part(package, change) -> bytes:
    return packages.packed(packages.written(package, "GPKG", change))


def test_a_trial_run_is_checked_whole_and_has_no_effect(registered, send, sample, people):
    passed = send(sample / "340123-2024.zip", kind="precursor")
    assert (passed["state"], passed["state_title"]) == ("accepted", "预检通过")
    assert state_of_map(people) == {} and not any(a["enabled"] for a in passed["actions"])
    with pytest.raises(errors.WrongState):
        deliveries.accept(people["province"], passed["id"])
    failed = send(sample / "340123-2024-faulty.zip", kind="precursor")
    assert failed["state"] == "returned" and failed["errors"] > 20
    assert deliveries.receipt_holds(passed["receipt"])
    assert send(sample / "340123-2024.zip")["no"] == "340123-2024-3", "trial runs do not stand in the way of the delivery"


def test_a_named_layer_is_judged_with_the_rest_of_the_sealed_edition(sealed, send, sample, people):
    before = state_of_map(people)
    told = send(part(sample / "340123-2024.zip", only("DLTB")), kind="partial", layers=("DLTB",), against=sealed["no"])
    assert told["state"] == "review", told["summary"]
    assert [la["layer"] for la in told["layers"]] == [DLTB] and told["base"]["CJDCQ"]["delivery"] == sealed["no"]
    row = deliveries.accept(people["province"], told["id"])
    assert [e["layer"] for e in row.editions] == [DLTB]
    assert state_of_map(people) == before, "the same patches are the same edition content"


def test_a_named_village_replaces_its_own_patches_and_no_others(sealed, send, sample, people):
    chosen, other = _villages(sample / "340123-2024.zip")[:2]
    told = send(part(sample / "340123-2024.zip", only("DLTB", in_village(chosen))), kind="partial", villages=(chosen,))
    assert told["state"] == "review", told["summary"]
    delivered = told["layers"][0]["features"]
    assert delivered == sealed_features(sealed), "the layer that would be sealed is the whole one"
    wrong = part(sample / "340123-2024.zip", only("DLTB", lambda t: pc.or_(in_village(chosen)(t), in_village(other)(t))))
    deliveries.withdraw(people["officer"], told["id"])
    stray = send(wrong, kind="partial", villages=(chosen,))
    rules = {row["rule"] for row in stray["summary"]}
    assert stray["state"] == "returned" and "ZY-DLV-042" in rules
    left_out = send(part(sample / "340123-2024.zip", only("CJDCQ")), kind="partial", villages=(chosen,), layers=("DLTB",))
    assert left_out["state"] == "returned", "a named layer that does not come is missed"


def sealed_features(sealed) -> int:
    return next(la["features"] for la in sealed["layers"] if la["layer"] == DLTB)


def _villages(package) -> list[str]:
    found: set[str] = set()

    def look(name, table):
        if name == "DLTB":
            found.update(v[:12] for v in table.column("ZLDWDM").to_pylist())
        return table

    packages.written(package, "GPKG", look)
    return sorted(found)


def test_a_correction_names_what_it_corrects_and_takes_its_place(sealed, send, sample, people):
    assert sealed["road"][-1]["state"] == "done"
    told = send(sample / "340123-2024.zip", kind="correction", against=sealed["no"], comment="更正坐标")
    assert told["state"] == "review" and told["base"]["DLTB"]["corrected"]
    assert told["base"]["DLTB"]["delivery"] == sealed["no"]
    deliveries.accept(people["province"], told["id"])
    before = deliveries.detail(people["officer"], sealed["id"])
    assert (before["state"], before["notes"][-1]["text"]) == ("superseded", f"由 {told['no']} 取代。")
    for against, why in (("", "更正须指明"), ("340123-2024-99", "没有这个版本"), ("999999", "没有这个版本")):
        with pytest.raises(errors.BaseUnknown, match=why):
            send(b"x", kind="correction", against=against)
    with pytest.raises(errors.BaseUnknown, match="不符"):
        send(b"x", kind="correction", period="2023", against=sealed["no"])


def test_a_base_that_has_moved_on_stops_the_acceptance(sealed, send, sample, people):
    told = send(part(sample / "340123-2024.zip", only("DLTB")), kind="partial", layers=("DLTB",))
    other = deliveries.Order(COUNTY, "2024", kind="correction", against=sealed["no"])
    rival = replace(people["officer"], organ="ZRJ-2")
    row = deliveries.submit(rival, (COUNTY, "2024"), sample / "340123-2024.zip", "b.zip", order=other)
    read_and_check(delivery=row.pk)
    deliveries.accept(people["province"], row.pk)
    with pytest.raises(errors.BaseMovedOn):
        deliveries.accept(people["province"], told["id"])


def test_changes_reach_the_editions_digest_and_another_base_is_a_finding(sealed, send, sample, people, tmp_path):
    year = send(sample / "340123-2025.zip", period="2025")
    deliveries.accept(people["province"], year["id"])
    made = changesets.make(DLTB, COUNTY, sealed["editions"][_at(sealed)]["id"], _latest(people), by=people["province"])
    written = changesets.write(made, by=people["province"])
    told = send(written.body, name=written.name, period="2025", kind="changes")
    assert told["state"] == "returned" and {r["rule"] for r in told["summary"]} >= {"ZY-EDN-012"}
    garbage = send(b"no changeset", name="a.zyc", period="2025", kind="changes")
    assert garbage["state"] == "returned"
    elsewhere = send(written.body, name=written.name, period="2024", kind="changes")
    assert "ZY-DLV-046" in {r["rule"] for r in elsewhere["summary"]}


def test_changes_are_checked_as_a_whole_layer_and_reach_the_target(sealed, send, sample, people):
    year = send(sample / "340123-2025.zip", period="2025")
    deliveries.accept(people["province"], year["id"])
    first, target = sealed["editions"][_at(sealed)]["id"], _latest(people)
    made = changesets.make(DLTB, COUNTY, first, target, by=people["province"])
    written = changesets.write(made, by=people["province"])
    undo.rollback(first, reason="回到上一年", by=people["province"], on=date(2025, 12, 31))
    told = send(written.body, name=written.name, period="2025", kind="changes")
    assert told["state"] == "review", told["summary"]
    row = deliveries.accept(people["province"], told["id"])
    with kernel.acting(people["province"]):
        wanted = Edition.objects.get(pk=target)
    assert [(e["layer"], e["digest"]) for e in row.editions] == [(DLTB, wanted.hex_digest)]


def _at(told) -> int:
    return next(i for i, e in enumerate(told["editions"]) if e["layer"] == DLTB)


def _latest(people) -> int:
    with kernel.acting(people["province"]):
        return Edition.objects.filter(layer=DLTB).order_by("pk").last().pk


RECORD = {
    "OBJECTID": "1", "XMKJM": "34012326XM001", "YSXZID": "YSXZ-2026-001", "YSDM": "3001", "DZJGH": "DZ001", "XMDM": "2026-1",
    "ZSBH": "用字第340123202600001号", "HFJG": "肥西县自然资源和规划局", "HFRQ": "2026-03-01", "SQDW": "某公司", "YDMJ": 6,
    "JSGM": "道路 2.1 公里", "XMMC": "产业园道路", "XMNXWZ": "上派镇", "XMJSYJ": "皖发改1号", "NYDMJ": "6", "ZYDMJ": 60000,
    "REGIONCODE": "340123",
}  # fmt: skip
PLACE = {"type": "Polygon", "coordinates": [[[117.15, 31.70], [117.16, 31.70], [117.16, 31.71], [117.15, 31.71],
                                             [117.15, 31.70]]]}  # fmt: skip


def filed(people, attributes=None, geometry=None, command="", day=date(2026, 3, 1)):
    order = deliveries.Order(COUNTY, str(day.year), "land_control_filing")
    return deliveries.file_record(people["officer"], order, "XSHX", attributes or RECORD, geometry or PLACE, day, command)


def test_a_filed_record_is_judged_and_stands_on_the_map_with_both_clocks(db, people, make_actor):
    row = filed(people, command="c1")
    assert (row.state, row.no) == ("sealed", "340123-2026-BA1"), deliveries.detail(people["officer"], row.pk)["summary"]
    assert filed(people, command="c1").pk == row.pk
    clerk = make_actor("county_clerk", COUNTY)
    (found,) = onemap.features(clerk, "land_control@2021/XSHX", county=COUNTY)["features"]
    assert found["properties"]["YSXZID"] == "YSXZ-2026-001"
    feature = onemap.feature(clerk, "land_control@2021/XSHX", COUNTY, "YSXZ-2026-001")
    assert str(feature["valid_from"]) == "2026-03-01"
    told = deliveries.detail(people["officer"], row.pk)
    assert deliveries.receipt_holds(told["receipts"]["accepted"])
    assert json.loads(kernel.file_path(told["file"]["sm3"]).read_bytes())["key"] == "YSXZ-2026-001"


def test_a_record_against_the_rules_is_returned_and_stands_nowhere(db, people, make_actor):
    row = filed(people, {**RECORD, "XMMC": None, "YDMJ": -6})
    told = deliveries.detail(people["officer"], row.pk)
    found = onemap.findings.listing(people["officer"], row.pk)["items"]
    assert told["state"] == "returned" and {f["field"] for f in found} >= {"XMMC", "YDMJ"}
    assert onemap.features(make_actor("county_clerk", COUNTY), "land_control@2021/XSHX", county=COUNTY)["features"] == []


@pytest.mark.parametrize(("change", "field"), [
    ({"attributes": {**RECORD, "NOFIELD": "x"}}, "NOFIELD"),
    ({"attributes": {**RECORD, "HFRQ": "never"}}, "HFRQ"),
    ({"attributes": {**RECORD, "YSXZID": ""}}, "YSXZID"),
    ({"geometry": {"type": "Point", "coordinates": [117.1, 31.7]}}, "geometry"),
    ({"geometry": {"type": "Polygon", "coordinates": "x"}}, "geometry"),
    ({"day": date(2026, 12, 31)}, "valid_from"),
])  # fmt: skip
def test_a_record_that_cannot_be_read_is_refused_by_its_field(db, people, change, field):
    with pytest.raises(errors.RecordWrong) as refused:
        filed(people, **change)
    assert field in refused.value.facts["fields"]
    with kernel.acting(people["officer"]):
        assert Delivery.objects.count() == 0


@pytest.mark.parametrize(("order", "wrong"), [
    ({"kind": "filing"}, errors.KindRefused),
    ({"kind": "every"}, UnknownName),
    ({"kind": "partial"}, errors.NamedPartsWrong),
    ({"layers": ("DLTB",)}, errors.NamedPartsWrong),
    ({"kind": "partial", "layers": ("NOLAYER",)}, UnknownName),
    ({"kind": "partial", "villages": ("340121101001",)}, errors.NamedPartsWrong),
    ({"kind": "partial", "layers": ("DLTB",), "against": "nothing"}, errors.BaseUnknown),
    ({"mandate": "survey_countie"}, errors.MandateUnknown),
    ({"crs": "WGS84"}, errors.CrsAnswerUnknown),
    ({"name": "a.mdb"}, errors.FileKindRefused),
])  # fmt: skip
def test_an_order_the_mandate_does_not_take_is_refused_before_anything_is_sent(db, people, order, wrong):
    asked = deliveries.Order(COUNTY, "2024", **{"name": "a.zip", "size": 10, **order})
    with pytest.raises(wrong):
        deliveries.uploads.begin(people["officer"], asked)
    with kernel.acting(people["officer"]):
        assert Delivery.objects.count() == 0


def mandated(monkeypatch, **change):
    """The survey's mandate with other terms."""
    told = replace(mandates.mandate("survey_county"), **change)
    monkeypatch.setattr(orders, "mandate", lambda name: told)
    return told


def test_required_means_required(db, people, monkeypatch, send, registered, sample):
    order = deliveries.Order(COUNTY, "2024", name="a.zip", size=10)
    for change, wrong in (
        ({"comment": "required"}, errors.CommentWanted),
        ({"precursor": "required"}, errors.PrecursorWanted),
        ({"partial": "required"}, errors.KindRefused),
        ({"organs": ("ANOTHER",)}, errors.OrganRefused),
        ({"region": "341100"}, errors.NotACounty),
    ):
        with monkeypatch.context() as patched:
            mandated(patched, **change)
            with pytest.raises(wrong):
                deliveries.uploads.begin(people["officer"], order)
    send(sample / "340123-2024.zip", kind="precursor")
    mandated(monkeypatch, precursor="required")
    assert deliveries.uploads.begin(people["officer"], order).offset == 0
