"""目录树 and metadata: filled by the editions; a person writes only purpose and limits."""

import pytest

from ziyuan.kernel.errors import NotAllowed
from ziyuan.onemap import service as onemap
from ziyuan.onemap.catalogue.tree import missing
from ziyuan.onemap.standards import library

LAYER = "tdt1057@2020/DLTB"


def _layer(by, wanted=LAYER):
    return next(
        layer for kind in onemap.catalogue.tree(by) for db in kind["databases"] for layer in db["layers"] if layer["id"] == wanted
    )


def test_the_survey_stands_under_its_database_with_its_last_update(sealed, people):
    told = _layer(people["province"])
    assert (told["counties"], told["reference_date"]) == (1, "2024-12-31")
    assert told["updated"] is not None and told["publishable"]


def test_a_county_counts_only_its_own_editions(sealed, people):
    assert _layer(people["neighbour"])["counties"] == 0


def test_metadata_fill_themselves_from_the_edition(sealed, people):
    told = onemap.catalogue.metadata(people["province"], LAYER.replace("/", "~"))
    lines = dict(told["lines"])
    features = next(e["features"] for e in sealed["editions"] if e["layer"] == LAYER)
    assert lines["要素数"] == str(features)
    assert lines["时点"] == "2024-12-31"
    west, south, east, north = (float(v) for v in lines["空间范围(经纬度)"].split("(")[0].split("、"))
    assert 116.5 < west < east < 117.5 and 31.2 < south < north < 32.2, "肥西县 lies there"


def test_purpose_and_limits_are_written_by_the_province_alone(sealed, people):
    with pytest.raises(NotAllowed):
        onemap.catalogue.describe(people["officer"], LAYER, "用途", "限制", [])
    onemap.catalogue.describe(people["province"], LAYER, "年度变更底图", "不得公开", ["三调"])
    onemap.catalogue.describe(people["province"], LAYER, "年度变更底图", "仅限内网", ["三调"])
    told = onemap.catalogue.metadata(people["officer"], LAYER)
    assert (told["purpose"], told["limits"], told["keywords"]) == ("年度变更底图", "仅限内网", ["三调"])


def test_a_layer_without_label_or_database_says_why_it_cannot_be_published():
    assert missing(library.layer(LAYER)) == []
