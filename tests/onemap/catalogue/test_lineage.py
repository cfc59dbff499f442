"""来源与影响: from a layer back to the file and the person; from a delivery on to what stands on it."""

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.catalogue.errors import LineageTargetUnknown

COUNTY, LAYER = "340123", "tdt1057@2020/DLTB"


def _kinds(answer):
    return [edge["kind"] for edge in answer["edges"]]


def test_a_layer_leads_back_to_its_delivery_its_file_and_who_handed_it_in(sealed, people):
    told = onemap.catalogue.lineage(people["province"], f"{LAYER}:{COUNTY}")
    assert _kinds(told) == ["edition", "delivery", "file", "person"]
    by_kind = {edge["kind"]: edge for edge in told["edges"]}
    assert by_kind["delivery"]["id"] == sealed["no"]
    assert by_kind["file"]["id"] == sealed["file"]["sm3"]
    assert by_kind["person"]["who"] == "" and "汇交员" in by_kind["person"]["title"]


def test_a_delivery_leads_on_to_every_edition_it_became(sealed, people):
    told = onemap.catalogue.impact(people["province"], sealed["no"])
    assert sorted(edge["id"] for edge in told["edges"] if edge["kind"] == "edition") == sorted(
        f"{e['layer']}:{COUNTY}:{e['id']}" for e in sealed["editions"]
    )


def test_an_export_and_a_case_stand_on_the_edition_they_used(sealed, people):
    province = people["province"]
    made = onemap.export(province, LAYER, COUNTY, format="csv")
    made.path.unlink()
    edition = next(e["id"] for e in sealed["editions"] if e["layer"] == LAYER)
    with kernel.acting(province):
        for _ in range(2):  # said twice, noted once
            onemap.catalogue.stands_on(province, "case", "AJ-1", [(LAYER, COUNTY, edition)])
    told = onemap.catalogue.impact(province, f"{LAYER}:{COUNTY}:{edition}")
    assert sorted(_kinds(told)) == ["case", "export"]
    assert told["counts"] == {"export": 1, "case": 1}
    back = onemap.catalogue.lineage(province, "AJ-1")
    assert "delivery" in _kinds(back) and "file" in _kinds(back)


def test_what_is_not_there_is_refused_with_the_nearest(db, people):
    with pytest.raises(LineageTargetUnknown, match="tdt1057@2020/DLTB"):
        onemap.catalogue.lineage(people["province"], "DLTB")


def test_another_county_learns_nothing(sealed, people):
    for target in (sealed["no"], f"{LAYER}:{COUNTY}"):
        for ask in (onemap.catalogue.lineage, onemap.catalogue.impact):
            with pytest.raises(LineageTargetUnknown):
                ask(people["neighbour"], target)
    assert onemap.catalogue.lineage(people["neighbour"], LAYER)["edges"] == []
