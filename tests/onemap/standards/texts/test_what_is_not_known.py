"""What was not read is empty and marked: nothing is invented, nothing untyped takes a delivery."""

import pytest

from ziyuan.onemap.standards import errors, library

MODELS = library.all_models()
UNTYPED = [(model.name, entity.name) for model in MODELS for entity in model.catalogue.values()]
SURE = ("read", "known", "unconfirmed")


def typed_fields():
    for model in MODELS:
        for entity in model.entities.values():
            for field in entity.fields.values():
                yield f"{model.name}/{entity.name}.{field.name}", field


def test_the_standards_of_the_plan_are_all_there():
    assert {model.id for model in MODELS} >= {
        "tdt1057", "control_lines", "land_control", "land_sea_use", "real_estate", "mining_rights", "geohazard",
        "restoration", "monitoring", "admin_areas", "asset", "farmland", "surveying",
    }  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_a_standard_names_its_source_and_leaves_an_unknown_day_empty(model):
    assert model.source
    assert model.in_force is None


def test_every_field_has_a_source_and_says_how_sure_it_is():
    assert [name for name, field in typed_fields() if not field.source or field.confidence not in SURE] == []


def test_every_code_has_a_source_and_says_how_sure_it_is():
    bare = [
        (model.name, name, row.code)
        for model in MODELS
        for name, table in model.codes.items()
        for row in table.rows
        if not (row.extra.get("source") or table.source) or row.confidence not in SURE
    ]
    assert bare == []


def test_every_written_rule_has_a_source():
    written = [r for model in MODELS for r in model.all_rules() if r.where]
    assert len(written) > 50
    assert [r.id for r in written if not r.source] == []


def test_a_number_without_decimals_in_the_text_is_marked_as_not_confirmed():
    bare = [n for n, f in typed_fields() if f.type == "number" and f.decimals is None and f.confidence != "unconfirmed"]
    assert bare == []


@pytest.mark.parametrize(("standard", "layer"), UNTYPED, ids=[f"{s}/{n}" for s, n in UNTYPED])
def test_a_layer_known_by_name_only_says_what_is_missing_and_takes_no_delivery(standard, layer):
    model = library.load(standard)
    entity = model.catalogue[layer]
    assert entity.missing
    assert entity.source
    assert not entity.fields
    assert not entity.rules
    with pytest.raises(errors.CatalogueOnly, match="不能汇交"):
        model.entity(layer)


def test_a_layer_known_by_name_only_has_no_table():
    tables = {ref.id for ref in library.layers()}
    assert tables
    assert not tables & {f"{standard}/{layer}" for standard, layer in UNTYPED}


def test_a_short_layer_name_means_one_typed_layer():
    names = [ref.entity.name for ref in library.layers()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("standard", "table"),
    [("tdt1057@2020", "TBXHDM"), ("tdt1057@2020", "JXLX"), ("tdt1057@2020", "BGXW"), ("land_sea_use@2023", "YDYH"),
     ("real_estate@2021", "QLLX"), ("real_estate@2021", "SBLX"), ("monitoring@1", "TBLX")],
)  # fmt: skip
def test_a_code_table_that_is_not_whole_stays_open(standard, table):
    assert not library.load(standard).codes[table].complete


def test_a_code_outside_an_open_table_is_a_warning_not_an_error():
    rules = {rule.id: rule.severity for rule in library.load("tdt1057@2020").all_rules()}
    assert rules["DLTB-TBXHDM-domain"] == "warning"
    assert rules["DLTB-DLBM-domain"] == "error"


def test_every_survey_class_maps_to_a_land_and_sea_class_or_is_said_not_to():
    crosswalk = library.load("land_sea_use@2023").crosswalks["DLBM_YDYH"]
    assert [pair.code for pair in crosswalk.pairs] == library.load("tdt1057@2020").codes["DLBM"].usable()
    assert crosswalk.unmapped() == []
    for pair in crosswalk.pairs:
        assert bool(pair.target) is (pair.relation != "unmapped")
        assert bool(pair.note) is (pair.relation != "same")
        if pair.relation != "same":
            assert pair.confidence == "unconfirmed"


def test_classes_of_the_same_name_share_a_word():
    crosswalk = library.load("land_sea_use@2023").crosswalks["DLBM_YDYH"]
    names = [
        (crosswalk.source_table.title_of(pair.code), crosswalk.target_table.title_of(pair.target))
        for pair in crosswalk.pairs
        if pair.relation == "same"
    ]
    assert len(names) > 40
    assert [pair for pair in names if not set(pair[0]) & set(pair[1])] == []


def test_parents_of_land_and_sea_classes_are_their_first_digits():
    rows = library.load("land_sea_use@2023").codes["YDYH"].rows
    levels = {2: "1", 4: "2", 6: "3"}
    for row in rows:
        assert row.extra["level"] == levels[len(row.code)]
        assert row.parent == row.code[:-2]
    assert [sum(r.extra["level"] == level for r in rows) for level in "123"] == [24, 111, 40]


@pytest.mark.parametrize(
    ("standard", "pattern", "length"),
    [("real_estate@2021", "BDCDYH", 28), ("real_estate@2021", "ZDDM", 19), ("mining_rights@1", "XKZH18", 18),
     ("mining_rights@1", "XKZH23", 23), ("geohazard@1", "YHDBH", 12), ("tdt1057@2020", "BSM", 18),
     ("tdt1057@2020", "RANGE", 19), ("admin_areas@1", "XIANG", 9), ("admin_areas@1", "CUN", 12)],
)  # fmt: skip
def test_a_number_has_the_length_of_its_standard(standard, pattern, length):
    assert library.load(standard).patterns[pattern].length == length
