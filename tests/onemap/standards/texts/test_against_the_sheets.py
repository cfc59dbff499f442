"""What the standards say equals the fact sheets: fields, lengths, codes, layers, mapping."""

from pathlib import Path

import pytest

from ziyuan.onemap.standards import library

ROOT = Path(__file__).resolve().parents[4]
SURVEY = library.load("tdt1057@2020")
CONTROL = library.load("land_control@2021")
LAND_SEA = library.load("land_sea_use@2023")
TYPES = {
    "Char": {"text", "code"}, "VarChar": {"text"}, "Float": {"number"}, "Int": {"integer"}, "INT": {"integer"}, "Date": {"date"},
}  # fmt: skip
FIELD_OF_TABLE = {"CZCLX/CZCSXM": "CZCLX"}
EIGHT_TABLES = ("ZZ_JBXX", "ZZ_PFXX", "XS_JBXXB", "XSHX", "YG_JBXX", "DZ_YDHX", "JBXX", "DZ_GG_JBXX")
NAMED_IN_WORDS = {"(重要项目用地)": "重要项目用地", "(shared line)": "面边界弧段"}


def number(text):
    return int(text) if text else None


def how_sure(text):
    return "unconfirmed" if "[unsure]" in text else "known" if "[known]" in text else "read"


def code_rows(table):
    return {(row.code, row.name): row.confidence for row in table.rows}


def test_patches_have_the_fields_of_the_sheet_in_its_order(sheet):
    rows = sheet("dltb_fields.csv")
    fields = SURVEY.entity("DLTB").fields
    assert list(fields) == [row["field"] for row in rows]
    for row in rows:
        field = fields[row["field"]]
        given = (field.title, field.length, field.decimals, field.required)
        assert given == (row["name_zh"], number(row["length"]), number(row["decimals"]), row["constraint"] == "M")
        assert field.type in TYPES[row["type"]]
        assert field.confidence in ("read", "known")


def test_patches_of_the_update_layer_have_the_fields_of_the_patches(sheet):
    rows = sheet("dltb_fields.csv")
    fields = SURVEY.entity("DLTBGX").fields
    assert [(n, f.length, f.decimals) for n, f in fields.items()] == [
        (row["field"], number(row["length"]), number(row["decimals"])) for row in rows
    ]


def test_the_process_record_pairs_before_and_after_with_the_lengths_of_the_patches(sheet):
    lengths = {row["field"]: (number(row["length"]), number(row["decimals"])) for row in sheet("dltb_fields.csv")}
    fields = SURVEY.entity("DLTBGXGC").fields
    pairs = [name[3:] for name in fields if name.startswith("BGQ") and name != "BGQTBBSM"]
    assert len(pairs) == 23
    for name in pairs:
        for side in ("BGQ", "BGH"):
            field = fields[side + name]
            assert (field.length, field.decimals) == lengths[name]
            assert not field.required


@pytest.mark.parametrize("layer", EIGHT_TABLES)
def test_the_eight_tables_of_land_control_have_the_fields_of_the_sheet(sheet, layer):
    rows = [row for row in sheet("land_control_fields.csv") if row["table"] == layer]
    fields = CONTROL.entity(layer).fields
    assert list(fields) == [row["field"] for row in rows]
    for row in rows:
        field = fields[row["field"]]
        assert row["name_zh"].startswith(field.title)
        assert field.type in TYPES[row["type"]]
        assert (field.length, field.decimals, field.required) == (
            number(row["length"]), number(row["decimals"]), row["required"] == "Y",
        )  # fmt: skip


def test_a_unit_in_a_title_of_the_sheet_is_the_unit_of_the_field(sheet):
    units = {"(公顷)": "ha", "(平方米)": "m2", "(万元)": "万元", "(米)": "m"}
    for row in sheet("land_control_fields.csv"):
        said = next((unit for words, unit in units.items() if row["name_zh"].endswith(words)), None)
        if said:
            assert CONTROL.entity(row["table"]).fields[row["field"]].unit == said, row


def test_there_are_eight_tables_of_land_control_and_no_more_typed_ones(sheet):
    assert set(CONTROL.entities) == {row["table"] for row in sheet("land_control_fields.csv")} == set(EIGHT_TABLES)


def test_every_layer_of_the_survey_is_listed_with_its_shape_and_code(sheet):
    listed = {entity.name: entity for entity in SURVEY.listed()}
    for row in sheet("survey_layers.csv"):
        entity = listed[NAMED_IN_WORDS.get(row["layer"], row["layer"])]
        assert entity.geometry.form == row["geometry"].lower()
        if row["geometry"] == "Annotation":
            assert row["ysdm"] in str(entity.note)
        elif "[unsure]" in row["confidence"]:
            assert (entity.code, entity.confidence) == (row["ysdm"], "unconfirmed")
        else:
            assert entity.code == (row["ysdm"] or None)


def test_the_codes_of_the_survey_are_those_of_the_sheet(sheet):
    wanted = {}
    for row in sheet("land_survey_codes.csv"):
        table = FIELD_OF_TABLE.get(row["table"], row["table"])
        wanted.setdefault(table, {})[row["code"], row["name_zh"]] = how_sure(row["confidence"])
    assert {name: code_rows(SURVEY.codes[name]) for name in wanted} == wanted


def test_the_land_classes_are_those_of_the_sheet(sheet):
    table = SURVEY.codes["DLBM"]
    usable = {row.code: row for row in table.rows if row.usable}
    rows = sheet("land_class.csv")
    assert set(usable) == {row["code"] for row in rows}
    for row in rows:
        held = usable[row["code"]]
        assert (held.name, held.extra["three_class"], held.confidence) == (
            row["name_zh"], row["three_class"], how_sure(row["code_confidence"]),
        )  # fmt: skip
        assert (table.top(row["code"]), table.title_of(table.top(row["code"]))) == (row["level1"], row["level1_name_zh"])


def test_the_land_and_sea_classes_are_those_of_the_sheet(sheet):
    table = LAND_SEA.codes["YDYH"]
    rows = sheet("land_sea_use_2023.csv")
    held = [(r.code, r.name, r.parent, r.extra["level"]) for r in table.rows]
    assert held == [(r["code"], r["name_zh"], r["parent"], r["level"]) for r in rows]
    assert not table.complete


def test_the_mapping_of_survey_classes_is_that_of_the_sheet(sheet):
    held = {p.code: (p.target, p.relation) for p in LAND_SEA.crosswalks["DLBM_YDYH"].pairs if p.target}
    words = {"same name": "same", "closest": "closest"}
    assert held == {
        r["survey_code"]: (r["planning_code"], words[r["relation"]]) for r in sheet("survey_to_landsea.csv")
    }


def test_the_regions_are_those_of_the_sheet_and_of_the_platform(sheet):
    held = {row.code: row for row in library.load("admin_areas@1").codes["XZQH"].rows}
    rows = sheet("anhui_regions.csv")
    assert {(r.code, r.name) for r in held.values()} == {(r["code"], r["name_zh"]) for r in rows}
    assert {c for c, r in held.items() if not r.usable} == {r["code"] for r in rows if r["level"] == "statistical_zone"}
    lines = (ROOT / "src" / "ziyuan" / "kernel" / "data" / "regions.csv").read_text(encoding="utf-8").splitlines()
    platform = {tuple(line.split(",")[:2]) for line in lines[1:]}
    assert platform == {(r.code, r.name) for r in held.values() if r.usable}
