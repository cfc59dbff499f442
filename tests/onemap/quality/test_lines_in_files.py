"""A finding in a text file names the line on which an editor shows its row."""

import json
import re

import pyarrow as pa
import pytest

from tests.onemap.formats.test_vct import PLAIN
from ziyuan.onemap.formats import line_numbers
from ziyuan.onemap.formats.line_numbers import lines_of_features
from ziyuan.onemap.quality.check import check
from ziyuan.onemap.quality.files import Wanted, read_file
from ziyuan.onemap.standards import library

MODEL = """standard: {{id: m, edition: "1", title: 试}}
space: {{area: plane}}
entities:
  P:
    geometry: {{kind: polygon}}
    key: {key}
    fields: {{{key}: {{type: text}}}}
    topology: [{{id: P-1, rule: min_area, m2: {m2}}}]
"""
HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.01
转换参数=,,,,,,
[地块坐标]
"""


def square(size):
    east, north = 39500000 + size, 3500000 + size
    return f"POLYGON((39500000 3500000,{east} 3500000,{east} {north},39500000 {north},39500000 3500000))"


@pytest.fixture
def lines(tmp_path):
    """`lines(name, bytes)`: key → line of each feature below so many m²."""

    def go(name, body, key="ID", m2=50):
        (tmp_path / name).write_bytes(body)
        (tmp_path / "m.yaml").write_text(MODEL.format(key=key, m2=m2), encoding="utf-8")
        models = [library.load(str(tmp_path / "m.yaml"))]
        layers = read_file(tmp_path / name, models, Wanted(None, 4527 if name.endswith((".csv", ".geojson")) else None, None))
        assert "__line__" not in layers["P"].table.column_names
        return {f.key: f.line for f in check(models, layers, required=[]).findings if f.rule == "P-1"}

    return go


def test_a_csv_counts_its_head_blank_lines_and_texts_over_several_lines(lines):
    one, two, three = (square(size) for size in (5, 90, 6))
    text = f'ID,NOTE,WKT\r\na,"第一行\r\n第二行","{one}"\r\n\r\nb,,"{two}"\r\nc,,"{three}"\r\n'
    assert lines("P.csv", text.encode()) == {"a": 2, "c": 6}
    assert lines("P.csv", ("sep=,\n" + text).encode()) == {"a": 3, "c": 7}


def test_a_vct_counts_the_lines_of_its_attribute_rows(lines):
    rows = [at for at, line in enumerate(PLAIN.splitlines(), 1) if line.startswith("AttributeBegin")]
    keys = [line.split(",")[1] for line in PLAIN.splitlines()[rows[0] + 1:] if "," in line]
    found = lines("P.vct", PLAIN.encode("gb18030"), "BSM", 1_000_000)
    blank = lines("P.vct", PLAIN.replace("AttributeBegin", "\n\nAttributeBegin").encode("gb18030"), "BSM", 1_000_000)
    for key, line in found.items():
        assert PLAIN.splitlines()[line - 1].split(",")[1] == key and key in keys
        assert blank[key] == line + 2
    assert found


def test_a_boundary_text_counts_to_the_parcels_head(lines):
    def parcel(no, size, south):
        ring = [(south, 39500000), (south, 39500000 + size), (south + size, 39500000 + size), (south + size, 39500000)]
        points = "".join(f"J{n},1,{north}.00,{east}.00\n" for n, (north, east) in enumerate([*ring, ring[0]], 1))
        return f"5,{size * size / 10000:.4f},{no},{no},面,,用途,@\n{points}"

    text = HEAD + parcel("大", 90, 3500000) + parcel("小", 6, 3500200)
    assert lines("P.txt", text.encode("gbk"), key="地块编号") == {"小": 16}


def test_a_geojson_counts_to_the_feature_and_says_nothing_where_it_cannot_tell(lines, tmp_path):
    def feature(key, size):
        ring = [[39500000, 3500000], [39500000 + size, 3500000], [39500000 + size, 3500000 + size], [39500000, 3500000]]
        return {"type": "Feature", "properties": {"ID": key}, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    told = {"type": "FeatureCollection", "features": [feature("a", 90), feature("b", 5)]}
    text = json.dumps(told, indent=1)
    wanted = [at for at, line in enumerate(text.splitlines(), 1) if '"type": "Feature"' in line][1]
    assert lines("P.geojson", text.encode()) == {"b": wanted}
    told["features"][0]["properties"]["NOTE"] = {"type": "Feature"}
    assert lines("P.geojson", json.dumps(told, indent=1).encode()) == {"b": None}
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    assert lines_of_features(path, 0) is None


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_a_long_text_is_counted_in_pieces(tmp_path, monkeypatch, piece):
    monkeypatch.setattr(line_numbers, "_PIECE", piece)
    text = "".join("\n" * (n % 4) + '{"type" : "Feature"}' for n in range(50))
    (tmp_path / "t.geojson").write_text(text)
    wanted = [text[: match.start()].count("\n") + 1 for match in re.finditer('"type"', text)]
    assert lines_of_features(tmp_path / "t.geojson", 50).to_pylist() == wanted


def test_a_table_with_a_column_of_the_same_name_keeps_it(tmp_path):
    from ziyuan.onemap.formats.tables.csv import read

    path = tmp_path / "t.csv"
    path.write_text("ID,__line__\na,b\n", encoding="utf-8")
    (layer,) = read(str(path), {})
    assert pa.Table.from_batches(layer.batches, layer.schema).to_pylist() == [{"ID": "a", "__line__": "b"}]
