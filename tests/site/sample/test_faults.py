"""The faulty twin: every planted fault is found by the platform's own check, and nothing else is."""

import json

import pyogrio
import pytest

from tests.site.sample.conftest import COUNTY, FIRST, read, rows
from ziyuan.onemap.formats.layer_table import LayerTable


def report(file, made):
    layers = {}
    for name, _ in pyogrio.list_layers(file):
        meta, table = pyogrio.read_arrow(file, layer=name)
        table = table.rename_columns([*table.column_names[:-1], "geometry"])
        layers[name] = LayerTable(name, int(meta["crs"].split(":")[1]), table, "GPKG", "UTF-8", file.name)
    control = [r for r in rows(made / "control_areas.csv") if r["edition"] == str(FIRST)]
    from ziyuan.onemap.quality.check import check
    from ziyuan.onemap.standards import library

    models = [library.load("tdt1057@2020"), library.load("control_lines@2021")]
    return check(models, layers, county=COUNTY, period=str(FIRST), control_areas=control, zone=39)


@pytest.fixture(scope="module")
def planted(made):
    return json.loads((made / "faults.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(made):
    return report(made / f"{COUNTY}-{FIRST}-faulty.gpkg", made).findings


def answers(finding, fault) -> bool:
    if finding.rule != fault["rule"]:
        return False
    if fault["key"] is None or finding.key is None:
        return True
    return fault["key"] == finding.key or fault["key"] in finding.partners


def test_the_clean_twin_has_no_finding_in_either_year(made):
    assert report(made / f"{COUNTY}-{FIRST}.gpkg", made).findings == []


def test_every_planted_fault_is_found(planted, found):
    missed = [f for f in planted if not any(answers(finding, f) for finding in found)]
    assert missed == []


def test_every_finding_is_explained_by_a_planted_fault_or_its_named_effect(planted, found):
    strange = [finding for finding in found if not any(answers(finding, f) for f in planted)]
    assert strange == []


def test_overlaps_and_gaps_are_found_where_they_were_planted_with_their_size(planted, found):
    shapes = [
        f
        for f in planted
        if f["rule"] in ("DLTB-T1", "DLTB-T2", "CJDCQ-T1", "CJDCQ-T2", "DLTB-T5", "L-01", "L-03")
    ]
    assert len(shapes) >= 10
    for fault in shapes:
        near = [
            f
            for f in found
            if answers(f, fault) and abs(f.x - fault["x"]) < 500 and abs(f.y - fault["y"]) < 500
        ]
        assert near, fault
        assert any(abs(f.measure - fault["measure"]) < 0.002 for f in near), fault


def test_faults_go_down_to_a_few_millimetres_and_hundredths(planted):
    sizes = {}
    for fault in planted:
        if fault["measure"]:
            sizes.setdefault(fault["rule"], []).append(fault["measure"])
    assert min(sizes["DLTB-T1"]) < 0.5  # m² along a side of a hundred metres: 3 mm
    assert min(sizes["DLTB-T6"]) <= 0.03
    assert min(sizes["DLTB-A10"]) == 0.02
    assert min(sizes["B-02"]) == 0.01


def test_each_listed_key_is_in_the_file_and_each_effect_names_a_planted_rule(made, planted):
    keys = {}
    rules = {f["rule"] for f in planted}
    for fault in planted:
        layer = fault["layer"]
        if layer not in keys:
            keys[layer] = set(read(made / f"{COUNTY}-{FIRST}-faulty.gpkg", layer)[0]["BSM"].to_pylist())
        assert fault["key"] in keys[layer] or fault["key"] is None
        assert fault.get("effect_of", fault["rule"]) in rules
