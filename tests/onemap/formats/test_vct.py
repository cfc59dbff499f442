# ruff: noqa: E501  (hand-written files: one case, one line)
"""VCT 3.0: files as other programs write them, written by hand after the trade's description, and our own back.

The hand-written files share one situation: patch 4 left of patch 5, divided by line 1, a pond (6) in a hole of 5.
"""


import pytest
import shapely

from ziyuan.base import sandbox
from ziyuan.base.errors import UserError
from ziyuan.onemap.formats.convert.run import Wish, convert
from ziyuan.onemap.formats.vct.read import read

HEAD = """HeadBegin
Datamark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Dim:2
XAxisDirection:E
YAxisDirection:N
XYUnit:M
Spheroid:CGCS2000,6378137.0,298.257222101
PrimeMeridian:Greenwich
Projection:高斯-克吕格投影
Parameters:117.0,1,39500000,0,3,39
ExtentMin:39500000.0000,3500000.0000
ExtentMax:39500200.0000,3500100.0000
MapScale:5000
Offset:0,0
Date:20240520
Separator:,
HeadEnd
"""
CODES = """FeatureCodeBegin
1099000000,公共边,Line,GGX
2001010100,地类图斑,Polygon,DLTB
FeatureCodeEnd
"""
TABLES = """TableStructureBegin
DLTB,5
BSM,Char,18
YSDM,Char,10
TBMJ,Float,15,2
SJ,Date,8
DLMC,Char,60
0
TableStructureEnd
"""
LINES = """LineBegin
1
1099000000
unknown
1
1
11
2
39500100.0000,3500000.0000
39500100.0000,3500100.0000
0
2
1099000000
unknown
1
1
11
4
39500100.0000,3500100.0000
39500000.0000,3500100.0000
39500000.0000,3500000.0000
39500100.0000,3500000.0000
0
3
1099000000
unknown
1
1
11
4
39500100.0000,3500000.0000
39500200.0000,3500000.0000
39500200.0000,3500100.0000
39500100.0000,3500100.0000
0
7
1099000000
unknown
1
1
11
5
39500140.0000,3500040.0000
39500160.0000,3500040.0000
39500160.0000,3500060.1234
39500140.0000,3500060.0000
39500140.0000,3500040.0000
0
LineEnd
"""
POLYGONS = """PolygonBegin
4
2001010100
unknown
100
39500050.0000,3500050.0000
21
2
1,2
0
5
2001010100
unknown
100
39500110.0000,3500050.0000
21
4
3,-1,0,-7
0
6
2001010100
unknown
100
39500150.0000,3500050.0000
21
1
7
0
PolygonEnd
"""
ATTRIBUTES = """AttributeBegin
DLTB
4,1,2001010100,10000.00,20240229,旱地
5,2,2001010100,9598.77,20240301,乔木林地
6,3,2001010100,401.23,,坑塘水面
TableEnd
AttributeEnd
"""
PLAIN = HEAD + CODES + TABLES + "PointBegin\nPointEnd\n" + LINES + POLYGONS + "AnnotationBegin\nAnnotationEnd\n" + ATTRIBUTES
EAST, NORTH = 39_500_000.0, 3_500_000.0
POND = [(140, 40), (160, 40), (160, 60.1234), (140, 60)]
EXPECTED = [
    shapely.box(EAST, NORTH, EAST + 100, NORTH + 100),
    shapely.Polygon(shapely.box(EAST + 100, NORTH, EAST + 200, NORTH + 100).exterior, [[(EAST + x, NORTH + y) for x, y in POND]]),
    shapely.Polygon([(EAST + x, NORTH + y) for x, y in POND]),
]


@pytest.fixture
def layers(tmp_path):
    """Read a text as a VCT file: layers by name."""

    def go(text: str | bytes, encoding: str = "gb18030", newline: str = "\r\n", **options):
        path = tmp_path / "a.vct"
        path.write_bytes(text if isinstance(text, bytes) else text.replace("\n", newline).encode(encoding))
        return {layer.name: (layer, list(layer.batches)) for layer in read(str(path), options)}

    return go


def shapes(found) -> list:
    return [None if v is None else shapely.from_wkb(v) for batch in found[1] for v in batch.column("geometry").to_pylist()]


def values(found, name: str) -> list:
    return [v for batch in found[1] for v in batch.column(name).to_pylist()]


def is_the_situation(found) -> None:
    assert all(shapely.equals(a, b) for a, b in zip(shapes(found), EXPECTED, strict=True))
    assert values(found, "DLMC") == ["旱地", "乔木林地", "坑塘水面"]
    assert values(found, "TBMJ") == [10000.0, 9598.77, 401.23]
    assert [str(v) for v in values(found, "SJ")] == ["2024-02-29", "2024-03-01", "None"]


def changed(*pairs: tuple[str, str]) -> str:
    text = PLAIN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_indirect_polygons_share_a_line_walk_it_backwards_and_have_holes(layers):
    found = layers(PLAIN)["DLTB"]
    is_the_situation(found)
    assert found[0].crs == "EPSG:4527" and found[0].encoding == "GB18030" and found[0].notes == []
    assert found[0].declared["TBMJ"] == ["Float", 15, 2]


VARIANTS = {
    "line feeds only": (PLAIN, {"newline": "\n"}),
    "old line ends": (PLAIN.replace("HeadEnd\n", "HeadEnd\n\n\n"), {}),
    "UTF-8": (PLAIN, {"encoding": "utf-8"}),
    "UTF-8 with mark": (PLAIN, {"encoding": "utf-8-sig"}),
    "names of sections in capitals": (
        changed(*((f"{n}{e}\n", f"{n}{e}\n".upper()) for n in ("Head", "Line", "Polygon", "Attribute") for e in ("Begin", "End"))), {}),
    "keys of the head in other case": (changed(("Separator:", "SEPARATOR:"), ("Parameters:", "parameters:"), ("Spheroid:", "spheroid:")), {}),
    "keys of the head in other order": (changed(("Separator:,\n", ""), ("HeadBegin\n", "HeadBegin\nSeparator:,\n")), {}),
    "blanks round the colon of the head": (changed(("Parameters:", "Parameters : "), ("Spheroid:", "Spheroid: ")), {}),
    "full-width colons in the head": (changed(("Parameters:", "Parameters\uff1a"), ("Spheroid:", "Spheroid\uff1a")), {}),
    "no separator in the head": (changed(("Separator:,\n", "")), {}),
    "semicolons": (changed((",", ";"), ("Separator:;", "Separator:;")), {}),
    "tabs": (changed((",", "\t")), {}),
    "bars, also as second byte of a character": (changed((",", "|")), {}),
    "full-width commas": (changed((",", "\uff0c")), {}),
    "blanks round values": (changed((",2001010100,", " , 2001010100 ,  ")), {}),
    "blank lines between objects": (changed(("\n0\n", "\n\n0\n\n")), {}),
    "values of fixed width": (changed(("10000.00", "       10000.00"), ("旱地", "旱地          "), ("4,1,", "4,1                 ,")), {}),
    "types written together": (changed(("Char,18", "Char18"), ("Float,15,2", "Float(15,2)"), ("Date,8", "Date")), {}),
    "other words for types": (changed(("Float,15,2", "Double,15,2"), ("DLMC,Char,60", "DLMC,VarChar")), {}),
    "no zero after the table's fields": (changed(("Char,60\n0\n", "Char,60\n")), {}),
    "no end of lines": (changed(("LineEnd\n", "")), {}),
    "no end of polygons and attributes": (changed(("PolygonEnd\n", ""), ("AttributeEnd\n", "")), {}),
    "no end of the table": (changed(("TableEnd\n", "")), {}),
    "no zero after objects": (changed(("7\n0\nPolygonEnd", "7\nPolygonEnd"), ("3500000.0000\n0\n3\n", "3500000.0000\n3\n")), {}),
    "no style lines": (changed(("unknown\n", "")), {}),
    "style numbers": (changed(("unknown\n", "31\n")), {}),
    "other parameters: FE before the width": (changed(("117.0,1,39500000,0,3,39", "117.0,,,,1.0,39500000.0,0.0,3,39")), {}),
    "parameters with six-figure easting and no others": (changed(("117.0,1,39500000,0,3,39", "117,1,39500000,0,3,39")), {}),
    "zeros not counted": (changed(("21\n4\n3,-1,0,-7", "21\n3\n3,-1,0,-7")), {}),
    "too many counted": (changed(("21\n2\n1,2", "21\n3\n1,2")), {}),
    "a line for each reference": (changed(("4\n3,-1,0,-7", "4\n3\n-1\n0\n-7")), {}),
    "eight to a row, over two rows": (changed(("4\n3,-1,0,-7", "4\n3,-1\n0,-7")), {}),
    "lower-case table name in the attributes": (changed(("AttributeBegin\nDLTB", "AttributeBegin\ndltb")), {}),
    "polygons before lines": (HEAD + CODES + TABLES + POLYGONS + LINES + ATTRIBUTES, {}),
    "colours before the table name": (changed(("地类图斑,Polygon,DLTB", "地类图斑,Polygon,255,DLTB")), {}),
    "kind in other case": (changed(("Polygon,DLTB", "POLYGON,DLTB")), {}),
    "coordinates with heights": (changed(("3500000.0000\n", "3500000.0000,12.5\n"), ("3500100.0000\n", "3500100.0000,12.5\n"),
                                         ("3500040.0000\n", "3500040.0000,0\n"), ("3500060.0000\n", "3500060.0000,0\n"),
                                         ("3500060.1234\n", "3500060.1234,0\n"), ("39500200.0000,3500100.0000,12.5\nMap", "39500200.0000,3500100.0000\nMap")), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_files_as_other_programs_write_them_are_read_the_same(layers, name):
    text, options = VARIANTS[name]
    is_the_situation(layers(text, **options)["DLTB"])


def test_north_first_is_taken_as_the_head_says(layers):
    pairs = [(line, ",".join(reversed(line.split(",")))) for line in dict.fromkeys(LINES.splitlines()) if line.count(",") == 1]
    text = changed(("XAxisDirection:E", "XAxisDirection:N"), ("YAxisDirection:N", "YAxisDirection:E"))
    for old, new in pairs:
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    is_the_situation(layers(text)["DLTB"])


def test_direct_polygons_points_lines_and_texts_are_kept(layers):
    codes = CODES.replace("FeatureCodeEnd", "1000000000,界址点,Point,JZD\n1000000001,道路,Line,DL\n1000000002,注记,Annotation,ZJ\nFeatureCodeEnd")
    tables = TABLES.replace("TableStructureEnd", "JZD,1\nJZDH,Char,10\n0\nDL,1\nMC,Char,20\n0\nZJ,1\nBSM,Int4\n0\nTableStructureEnd")
    points = "PointBegin\n31\n1000000000\nunknown\n1\n39500010.5000,3500020.2500\n0\n32\n1000000000\nunknown\n2\n39500011.0000,3500020.0000\n0\nPointEnd\n"
    lines = "LineBegin\n41\n1000000001\nunknown\n1\n2\n11\n2\n39500000.0000,3500000.0000\n39500001.0000,3500000.0000\n11\n2\n" \
            "39500001.0000,3500000.0000\n39500002.0000,3500001.0000\n0\nLineEnd\n"
    polygon = "PolygonBegin\n4\n2001010100\nunknown\n1\n39500050.0000,3500050.0000\n2\n11\n5\n39500000.0000,3500000.0000\n39500100.0000,3500000.0000\n" \
              "39500100.0000,3500100.0000\n39500000.0000,3500100.0000\n39500000.0000,3500000.0000\n11\n4\n39500010.0000,3500010.0000\n" \
              "39500010.0000,3500020.0000\n39500020.0000,3500020.0000\n39500010.0000,3500010.0000\n0\nPolygonEnd\n"
    texts = "AnnotationBegin\n51\n1000000002\nunknown\n1\n肥西县\n39500030.0000,3500030.0000,45.5\n0\nAnnotationEnd\n"
    rows = "AttributeBegin\nDLTB\n4,1,2001010100,9950.00,,旱地\nTableEnd\nJZD\n31,J1\n32,J2\nTableEnd\nDL\n41,环城路\nTableEnd\nZJ\n51,7\nTableEnd\nAttributeEnd\n"
    found = layers(HEAD + codes + tables + points + lines + polygon + texts + rows)
    assert shapes(found["DLTB"])[0].area == 10_000 - 50 and len(shapes(found["DLTB"])[0].interiors) == 1
    assert [p.wkt for p in shapes(found["JZD"])] == ["POINT (39500010.5 3500020.25)", "POINT (39500011 3500020)"]
    assert shapes(found["DL"])[0].wkt == "LINESTRING (39500000 3500000, 39500001 3500000, 39500002 3500001)"
    assert values(found["ZJ"], "ZJNR") == ["肥西县"] and values(found["ZJ"], "ZJFX") == [45.5] and values(found["ZJ"], "BSM") == [7]


def test_a_further_ring_outside_the_first_is_a_part_and_no_hole(layers):
    text = changed(("21\n2\n1,2", "21\n4\n1,2,0,7"), ("21\n4\n3,-1,0,-7", "21\n2\n3,-1"))
    first = shapes(layers(text)["DLTB"])[0]
    assert first.geom_type == "MultiPolygon" and len(first.geoms) == 2


def test_polygons_made_of_polygons_have_their_parts(layers):
    whole = "8\n2001010100\nunknown\n100\n39500050.0000,3500050.0000\n22\n2\n4,6\n0\nPolygonEnd"
    text = changed(("PolygonEnd", whole), ("TableEnd", "8,4,2001010100,10401.23,,合并\nTableEnd"))
    assert shapely.equals(shapes(layers(text)["DLTB"])[3], shapely.union_all([EXPECTED[0], EXPECTED[2]]))


def test_what_is_passed_over_is_told(layers):
    topology = "TopologyBegin\n1,2,3\nTopologyEnd\n"
    text = changed(("AttributeBegin", topology + "AttributeBegin"), ("ExtentMax:39500200", "ExtentMax:39500150"),
                   ("6,3,2001010100,401.23,,坑塘水面", "99,3,2001010100,401.23,,坑塘水面"))  # fmt: skip
    found = layers(text)["DLTB"]
    told = "".join(found[0].notes)
    assert "拓扑" in told and "范围" in told and "1 行没有对应的图形" in told and "1 个对象没有属性" in told
    assert [s is None for s in shapes(found)] == [False, False, True, False]


@pytest.mark.parametrize(
    ("zone", "parameters", "east", "epsg"),
    [(38, "114.0,1,38500000,0,3,38", 38, 4526), (40, "120.0,1,40500000,0,3,40", 40, 4528),
     (39, "117.0,1,500000,0,3,39", 0, 4548), (20, "117.0,1,20500000,0,6,20", 20, 4498)],
)  # fmt: skip
def test_the_zone_is_read_from_the_last_parameter_and_held_against_the_easting(layers, zone, parameters, east, epsg):
    text = changed(("117.0,1,39500000,0,3,39", parameters), ("395", f"{east}5" if east else "5"))
    assert layers(text)["DLTB"][0].crs == f"EPSG:{epsg}"


def test_degrees_and_no_spheroid_at_all(layers):
    assert layers(changed(("CoordinateSystemType:P", "CoordinateSystemType:D")))["DLTB"][0].crs == "EPSG:4490"
    assert layers(changed(("Spheroid:CGCS2000,6378137.0,298.257222101\n", "")))["DLTB"][0].crs is None


BROKEN = {
    "another kind of line": (changed(("1\n1\n11\n2\n39500100", "1\n1\n12\n2\n39500100")), "ZY-VCT-004", "第 "),
    "an indirect line": (changed(("1\n1099000000\nunknown\n1\n1\n11\n2", "1\n1099000000\nunknown\n100\n1\n11\n2")), "ZY-VCT-004", "100"),
    "a polygon of unknown kind": (changed(("4\n2001010100\nunknown\n100", "4\n2001010100\nunknown\n3")), "ZY-VCT-004", "面 4"),
    "a missing line": (changed(("\n1,2\n", "\n1,9\n")), "ZY-VCT-005", "9"),
    "a line in the wrong direction": (changed(("3,-1,0", "3,1,0")), "ZY-VCT-006", "面 5"),
    "a ring that does not close": (changed(("39500140.0000,3500060.0000\n39500140.0000,3500040.0000", "39500140.0000,3500060.0000\n39500140.0000,3500040.0002")), "ZY-VCT-006", "0.0002"),
    "too few values in a row": (changed(("5,2,2001010100,", "5,2,")), "ZY-VCT-008", "读到 5 个"),
    "too many values in a row": (changed(("乔木林地", "乔木林地,x")), "ZY-VCT-008", "读到 7 个"),
    "a code that is not registered": (changed(("4\n2001010100\n", "4\n2001010199\n")), "ZY-VCT-009", "2001010199"),
    "an id beyond all numbers": (changed(("4\n2001010100\n", "99999999999999999999\n2001010100\n")), "ZY-VCT-002", "对象标识码"),
    "a reference beyond all numbers": (changed(("\n1,2\n", "\n1,99999999999999999999\n")), "ZY-VCT-002", "引用的线号"),
    "a number that is none": (changed(("10000.00", "abc")), "ZY-VCT-003", "abc"),
    "a coordinate that is none": (changed(("39500160.0000,3500040.0000", "39500160.0000,35000x0.0000")), "ZY-VCT-003", "35000x0"),
    "an infinite coordinate": (changed(("39500160.0000,3500040.0000", "39500160.0000,inf")), "ZY-VCT-003", "inf"),
    "an id twice": (changed(("\n7\n1099000000", "\n3\n1099000000")), "ZY-VCT-011", "3"),
    "an old version": (changed(("Version:3.0", "Version:2.0"), ("LANDUSE-VCT", "LANDUSE.VCT")), "ZY-VCT-001", "2.0"),
    "no head": (PLAIN.removeprefix("HeadBegin\n"), "ZY-VCT-001", "HeadBegin"),
    "another zone than the central meridian": (changed(("117.0,1,39500000,0,3,39", "120.0,1,39500000,0,3,39")), "ZY-VCT-010", "Parameters"),
    "an offset": (changed(("Offset:0,0", "Offset:100,0")), "ZY-VCT-010", "Offset"),
    "a letter as separator": (changed(("Separator:,", "Separator:x")), "ZY-VCT-010", "Separator"),
    "Xian 1980": (changed(("CGCS2000,6378137.0,298.257222101", "Xian_1980,6378140.0,298.257")), "ZY-BAS-021", "西安"),
    "Beijing 1954": (changed(("CGCS2000,6378137.0,298.257222101", "Krasovsky,6378245.0,298.3")), "ZY-BAS-021", "北京"),
    "an object cut off": (PLAIN[: PLAIN.index("39500160.0000,3500040")], "ZY-VCT-002", "中断"),
    "an empty file": ("", "ZY-VCT-001", "空"),
    "bytes of no text": (b"\x00\x01\x02" * 40, "ZY-VCT-001", "文本"),
    "UTF-16": (PLAIN.encode("utf-16"), "ZY-VCT-001", "UTF-16"),
    "a byte outside the encoding": (PLAIN.encode("gb18030").replace("旱地".encode("gb18030"), b"\xff\xff"), "ZY-VCT-001", "字节"),
    "a table nobody defined": (changed(("AttributeBegin\nDLTB", "AttributeBegin\nXZQ")), "ZY-VCT-002", "XZQ"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_what_and_where(layers, name):
    text, code, words = BROKEN[name]
    with pytest.raises(UserError) as refused:
        layers(text)
    assert refused.value.code == code
    assert words in refused.value.message and refused.value.remedy


def test_a_file_cut_off_before_its_polygons_are_complete_is_refused(layers):
    lines = PLAIN[: PLAIN.index("PolygonEnd")].splitlines()
    for count in range(1, len(lines)):
        with pytest.raises(UserError):
            layers("\n".join(lines[:count]) + "\n")


def test_the_line_of_a_fault_is_the_one_an_editor_shows(layers):
    text = PLAIN.replace("HeadEnd\n", "HeadEnd\n\n\n").replace("乔木林地", "乔木林地,x")
    with pytest.raises(UserError) as refused:
        layers(text)
    assert refused.value.facts["line"] == text[: text.index("乔木林地,x")].count("\n") + 1


def test_inside_the_sandbox_the_same_words_come_back(tmp_path):
    path = tmp_path / "a.vct"
    path.write_bytes(BROKEN["a missing line"][0].encode("gb18030"))
    with pytest.raises(UserError, match="面 4 引用的对象 9") as refused:
        sandbox.read_with(path, "ziyuan.onemap.formats.vct.read:read")
    assert refused.value.code == "ZY-VCT-005"


def test_what_we_write_is_after_the_description(tmp_path):
    source, out, again = tmp_path / "a.vct", tmp_path / "b.vct", tmp_path / "c.gpkg"
    source.write_bytes(PLAIN.encode("gb18030"))
    assert convert(source, out, Wish()).losses == []
    assert convert(out, again, Wish()).losses == []
    text = out.read_bytes().decode("gb18030")
    assert "\r\n" in text and "\n" not in text.replace("\r\n", "")
    order = [text.index(f"{name}Begin") for name in ("Head", "FeatureCode", "TableStructure", "Point", "Line", "Polygon", "Annotation", "Attribute")]
    assert order == sorted(order)
    assert text.count("1099000000\r\n") == 4  # the divide, two outer stretches, the pond's edge: each once
    assert "Parameters:117.0,1,39500000,0,3,39" in text and "ExtentMax:39500200.0000,3500100.0000" in text
    assert "SJ,Date,8" in text and ",20240229," in text
