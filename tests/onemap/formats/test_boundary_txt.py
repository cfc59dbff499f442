"""Boundary-point text: every variant of the fact sheet, each with what must be read and said."""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ziyuan.base.geometry import PlaneShape
from ziyuan.onemap.formats import County, Parcel, read_boundary, write_boundary

SHARED = Path(os.environ.get("ZIYUAN_SHARED", Path(__file__).parents[4] / "shared"))
FEIXI = County("340123", "肥西县", 39, (116.67, 31.36, 117.35, 32.01))

HEAD = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=39
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
"""
ONE = """5,0.3000,DK2,二号地块,面,I50G001001,公路用地,1003,@
J1,1,3521100.125,39512500.250
J2,1,3521100.125,39512560.250
J3,1,3521150.125,39512560.250
J4,1,3521150.125,39512500.250
J1,1,3521100.125,39512500.250
"""
HOLE = """10,0.2400,DK1,一号,面,,,,@
J1,1,3521100,39512500
J2,1,3521100,39512560
J3,1,3521150,39512560
J4,1,3521150,39512500
J1,1,3521100,39512500
J5,2,3521110,39512510
J6,2,3521110,39512540
J7,2,3521130,39512540
J8,2,3521130,39512510
J5,2,3521110,39512510
"""


def gb(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("gb18030")


def swap(text: str) -> str:
    lines = []
    for line in text.splitlines():
        values = line.split(",")
        lines.append(",".join([*values[:2], values[3], values[2]]) if line.startswith("J") else line)
    return "\n".join(lines) + "\n"


WITH = HEAD + ONE
HECTARES_3000 = 3000.0

READABLE = {
    "GB18030 with CRLF": (gb(WITH), set()),
    "UTF-8 without mark": (WITH.encode(), set()),
    "UTF-8 with mark": (b"\xef\xbb\xbf" + WITH.encode(), set()),
    "UTF-16": (WITH.encode("utf-16"), {"006"}),
    "LF only": (WITH.encode("gb18030"), set()),
    "CR only": (WITH.replace("\n", "\r").encode("gb18030"), set()),
    "blank lines and blanks round values": (gb(WITH.replace(",", " , ").replace("\n", "\n\n")), set()),
    "full-width commas in all lines": (gb(WITH.replace(",", ",")), set()),
    "full-width digits and end mark": (gb(WITH.replace("@", "@").replace("J1,1", "J1,1")), set()),
    "ideographic blanks": (gb(WITH.replace("J1", "\u3000J1")), set()),
    "axes swapped": (gb(HEAD + swap(ONE)), {"040"}),
    "no zone prefix, zone in the head": (gb(WITH.replace(",395", ",5")), set()),
    "no zone prefix and swapped": (gb(HEAD + swap(ONE).replace(",395", ",5")), {"040"}),
    "no zone in the head, prefix in the eastings": (gb(WITH.replace("带号=39\n", "")), set()),
    "ring not closed": (gb(HEAD + "\n".join(ONE.splitlines()[:-1])), {"050"}),
    "count without the closing point": (gb(WITH.replace("5,0.3000", "4,0.3000")), set()),
    "area in square metres": (gb(WITH.replace("0.3000", "3000.00")), {"061"}),
    "area in mu": (gb(WITH.replace("0.3000", "4.5000")), {"061"}),
    "area wrong": (gb(WITH.replace("0.3000", "0.3100")), {"060"}),
    "area empty": (gb(WITH.replace("0.3000", "")), set()),
    "thirteen values before the end mark": (gb(WITH.replace("1003,@", "1003,水田,0101,3,4,补充,@")), set()),
    "end mark without comma": (gb(WITH.replace("1003,@", "1003@")), set()),
    "trailing commas": (gb(WITH.replace("@\n", "@,\n").replace(".250\n", ".250,,\n")), set()),
    "short parcel line": (gb(WITH.replace(",面,I50G001001,公路用地,1003,@", ",@")), set()),
    "unknown section before": (gb("[项目信息]\n项目名称=某项目\n" + WITH), set()),
    "empty transformation": (gb(WITH.replace("0,0,0,0,0,0,0", ",,,,,,")), set()),
    "transformation given": (gb(WITH.replace("0,0,0,0,0,0,0", "1.2,0,0,0,0,0,0")), {"035"}),
    "no coordinate system named": (gb(WITH.replace("坐标系=2000国家大地坐标系\n", "")), {"031"}),
    "no head at all": (gb(ONE), {"031", "011"}),
    "no ring numbers": (gb(WITH.replace(",1,352", ",352")), {"019"}),
    "separated by blanks": (gb(HEAD + ONE.replace(",1,352", "\t1\t352").replace(",395", "\t395")), {"020"}),
    "a point twice": (gb(WITH.replace("J2,", "J2,1,3521100.125,39512560.250\nJ2,").replace("5,0.3", "6,0.3")), {"051"}),
    "numbers start again in each ring": (gb(HEAD + HOLE.replace("J5", "J1").replace("J6", "J2")), set()),
    "clockwise ring": (gb(HEAD + "\n".join([ONE.splitlines()[0], *ONE.splitlines()[:0:-1]])), set()),
    "extra value after the east": (gb(WITH.replace(".250\n", ".250,备注\n")), set()),
    "end of file mark": (gb(WITH) + b"\x1a", set()),
    "colons in the head": (gb(WITH.replace("=", ":")), set()),
    "full-width colons in the head": (gb(WITH.replace("=", "\uff1a")), set()),
    "square brackets of full width": (gb(WITH.replace("[", "【").replace("]", "】")), set()),
    "zone and degrees in words": (gb(WITH.replace("带号=39", "带号=第39带").replace("分带=3", "分带=三度带")), set()),
    "unit with its sign": (gb(WITH.replace("计量单位=米", "计量单位=米(m)")), set()),
    "ring number left empty": (gb(WITH.replace(",1,352", ",,352")), {"019"}),
    "count left empty": (gb(WITH.replace("5,0.3000", ",0.3000")), set()),
    "nothing but the end mark": (gb(HEAD + ",,,,,,,,@\n" + ONE.split("\n", 1)[1]), set()),
    "semicolons throughout": (gb(WITH.replace(",", ";").replace("0;0;0;0;0;0;0", "0,0,0,0,0,0,0")), {"020"}),
    "tabs throughout": (gb(WITH.replace(",", "\t").replace("0\t0\t0\t0\t0\t0\t0", "0,0,0,0,0,0,0")), {"020"}),
    "points without a letter": (gb(WITH.replace("\nJ", "\n")), set()),
    "a height after the east": (gb(WITH.replace(".250\n", ".250,35.2\n")), set()),
    "coordinates with an exponent": (gb(WITH.replace("3521100.125", "3.521100125E6")), set()),
    "the head behind the points": (gb("[地块坐标]\n" + ONE + HEAD.replace("[地块坐标]\n", "")), set()),
    "closing point of another number": (gb(HEAD + ONE[: ONE.rindex("J1")] + ONE[ONE.rindex("J1"):].replace("J1", "J5")), set()),
}  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_every_variant_is_read_and_its_oddity_is_said(name):
    data, warned = READABLE[name]
    boundary = read_boundary(data, county=FEIXI)
    assert boundary.errors == []
    assert {p.code[-3:] for p in boundary.problems} == warned
    wanted = 2400.0 if "each ring" in name else HECTARES_3000
    assert float(boundary.shape.batch().plane_areas()[0]) == pytest.approx(wanted, abs=1e-6)
    assert boundary.shape.box[0] // 10**10 == 39
    assert boundary.shown["encoding"] and boundary.shown["axes"] and boundary.shown["zone_reason"]


TWO_RINGS = """10,0.6,DK3,,面,,,,@
J1,1,3521100,39512500
J2,1,3521100,39512560
J3,1,3521150,39512560
J4,1,3521150,39512500
J1,1,3521100,39512500
J5,{ring},3521200,39512500
J6,{ring},3521200,39512560
J7,{ring},3521250,39512560
J8,{ring},3521250,39512500
J5,{ring},3521200,39512500
"""


def test_a_ring_inside_is_a_hole_and_its_area_is_taken_off():
    boundary = read_boundary(gb(HEAD + HOLE), county=FEIXI)
    assert boundary.problems == []
    (part,) = boundary.shape.parts
    assert len(part) == 2
    assert float(boundary.shape.batch().plane_areas()[0]) == pytest.approx(3000 - 600)


@pytest.mark.parametrize(("ring", "said"), [(2, "ZY-TXT-055"), (1, "ZY-TXT-056")])
def test_a_ring_outside_is_a_part_of_its_own_and_this_is_said(ring, said):
    boundary = read_boundary(gb(HEAD + TWO_RINGS.format(ring=ring)), county=FEIXI)
    assert boundary.errors == []
    assert [len(part) for part in boundary.shape.parts] == [1, 1]
    assert said in {p.code for p in boundary.problems}


def test_an_island_in_a_hole_is_a_part_again():
    island = """J9,3,3521115,39512515
J10,3,3521115,39512520
J11,3,3521120,39512520
J12,3,3521120,39512515
J9,3,3521115,39512515
"""
    boundary = read_boundary(gb(HEAD + HOLE.replace("10,0.24", "15,0.2425") + island), county=FEIXI)
    assert boundary.errors == []
    assert [len(part) for part in boundary.shape.parts] == [2, 1]
    assert float(boundary.shape.batch().plane_areas()[0]) == pytest.approx(2425)


BOW = ONE.replace("J3,1,3521150.125,39512560.250", "J3,1,3521150.125,39512500.250").replace(
    "J4,1,3521150.125,39512500.250", "J4,1,3521150.125,39512560.250"
)
SECOND = ONE.replace("DK2", "DK9").replace("39512500.250", "39512530.250").replace("39512560.250", "39512590.250")

REFUSED = {
    "an empty file": (b"", "001", None),
    "a drawing": (b"AC1027\x00\x00\x01", "003", None),
    "bytes of no encoding": (gb(HEAD) + b"\xff\xff\xff,1,2,3\r\n", "004", 11),
    "GBK and UTF-8 joined": (gb(HEAD) + ONE.encode(), "005", 11),
    "no points": (gb(HEAD), "010", None),
    "points before any parcel line": (gb(HEAD + ONE.split("\n", 1)[1]), "012", 11),
    "a parcel without points": (gb(WITH + "4,1,DK8,空,面,,,,@\n"), "013", 17),
    "a line of words": (gb(WITH.replace("J3,1,3521150.125,39512560.250", "第三点")), "014", 14),
    "a coordinate of letters": (gb(WITH.replace("3521150.125,39512560.250", "abc,39512560.250")), "015", 14),
    "a coordinate that is no number": (gb(WITH.replace("J2,1,3521100.125", "J2,1,NaN")), "015", 13),
    "ring zero": (gb(WITH.replace("J2,1", "J2,0")), "016", 13),
    "a line where an area is wanted": (gb(WITH.replace(",面,", ",线,")), "018", 11),
    "Xian 1980": (gb(WITH.replace("2000国家大地坐标系", "1980西安坐标系")), "030", 3),
    "a six degree zone": (gb(WITH.replace("几度分带=3", "几度分带=6")), "032", 4),
    "kilometres": (gb(WITH.replace("计量单位=米", "计量单位=千米")), "033", 6),
    "wrong zone in the head": (gb(WITH.replace("带号=39", "带号=40")), "042", 12),
    "no zone anywhere": (gb(WITH.replace("带号=39\n", "").replace(",395", ",5")), "043", 11),
    "zone beyond China": (gb(WITH.replace("带号=39", "带号=99")), "036", 7),
    "degrees": (gb(HEAD + "3,1,D,,面,,,,@\nJ1,1,31.5,117.1\nJ2,1,31.6,117.1\nJ3,1,31.5,117.2\n"), "044", 12),
    "axes mixed": (gb(HEAD + ONE + swap(SECOND)), "041", 18),
    "two zones": (gb(WITH + SECOND.replace(",395", ",405").replace("DK9", "DK7")), "046", 18),
    "two points": (gb(HEAD + "2,1,D,,面,,,,@\nJ1,1,3521100,39512500\nJ2,1,3521200,39512500\n"), "052", 12),
    "a bow tie": (gb(HEAD + BOW), "053", 13),
    "a spike": (gb(WITH.replace("J3,1", "J9,1,3521100.125,39512540.250\nJ3,1").replace("5,0.3", "6,0.3")), "053", 12),
    "rings that cross": (gb(HEAD + HOLE.replace("J6,2,3521110,39512540", "J6,2,3521110,39512590")), "054", 17),
    "a wrong count": (gb(WITH.replace("5,0.3000", "7,0.3000")), "057", 11),
    "parcels that overlap": (gb(WITH + SECOND), "058", 17),
    "another county": (gb(WITH.replace(",3521", ",3821")), "070", 12),
    "the wrong zone throughout": (gb(WITH.replace(",395", ",405").replace("带号=39", "带号=40")), "070", 12),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_with_place_and_remedy(name):
    data, code, line = REFUSED[name]
    boundary = read_boundary(data, county=FEIXI)
    assert boundary.shape is None and not boundary.ok
    (found, *_more) = [p for p in boundary.errors if p.code == f"ZY-TXT-{code}"]
    assert found.line == line
    assert found.remedy and found.message.endswith("。")


def test_the_message_of_a_wrong_zone_names_the_right_one():
    data = gb(WITH.replace(",395", ",405").replace("带号=39", "带号=40"))
    said = [p.message for p in read_boundary(data, county=FEIXI).errors]
    assert any("如带号为 39 则落在县内" in text for text in said)


def test_a_crossing_is_named_by_its_points_and_lines():
    (found,) = read_boundary(gb(HEAD + BOW), county=FEIXI).errors
    assert "J2–J3(第 13 行)与 J4–J1(第 15 行)相交" in found.message


def test_a_site_over_the_county_border_is_shown_as_a_warning():
    outline = shapely.box(117.10, 31.80, 117.1323, 31.83)
    boundary = read_boundary(gb(WITH), county=FEIXI, county_outline=shapely.box(117.0, 31.7, 117.1225, 31.9))
    assert boundary.ok
    assert [p.code for p in boundary.problems] == ["ZY-TXT-071"]
    assert read_boundary(gb(WITH), county=FEIXI, county_outline=outline).problems == []


def test_parcels_that_share_a_border_make_one_valid_shape_of_the_same_area():
    east = ONE.replace("DK2", "DK9").replace("39512560.250", "39512590.250").replace(
        "39512500.250", "39512560.250")  # fmt: skip
    boundary = read_boundary(gb(WITH + east.replace("0.3000", "0.1500")), county=FEIXI)
    assert boundary.ok
    assert boundary.shape.to_shapely().is_valid
    assert float(boundary.shape.batch().plane_areas()[0]) == pytest.approx(4500)


def test_the_sample_of_the_facts_is_read_as_described():
    sample = SHARED / "facts" / "sample_boundary.txt"
    if not sample.exists():
        pytest.skip("shared/ 不在仓库旁,跳过真实样例")
    boundary = read_boundary(sample.read_bytes(), county=FEIXI)
    assert boundary.problems == []
    assert [p.no for p in boundary.parcels] == ["DK1", "DK2"]
    assert [len(part) for part in boundary.shape.parts] == [2, 1]
    assert boundary.shown["areas_stated"] == ["1.1407", "0.3000"]
    assert write_boundary(boundary.parcels, producer="测试勘测单位").splitlines()[12:] == (
        sample.read_bytes().splitlines()[12:]
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=3, max_size=12, unique=True),
    st.text(max_size=20),
)
def test_what_is_written_is_read_back_to_the_same_integers(corners, name):
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon":
        return
    corners = hull.exterior.coords[:-1]
    ring = tuple((395_125_000_000 + int(x) * 12_340, 35_211_000_000 + int(y) * 7_770) for x, y in corners)
    shape = PlaneShape(39, ((ring,),))
    parcel = Parcel("DK1", name, shape, shape.area_official())
    back = read_boundary(write_boundary([parcel]))
    assert back.errors == []
    assert back.shape == shape


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300))
def test_no_bytes_whatever_make_the_reader_fail(noise, at):
    data = gb(WITH)
    boundary = read_boundary(data[:at] + noise + data[at:], county=FEIXI)
    assert boundary.ok or boundary.errors


def test_a_stated_area_may_be_the_plane_or_the_ellipsoid_one():
    # 60 m x 50 m: 3000.00 m2 on the plane, 2999.99 on the ellipsoid; both round to 0.3000 ha.
    for stated in ("0.3000", "0.29999"):
        assert read_boundary(gb(WITH.replace("0.3000", stated)), county=FEIXI).problems == []
    assert read_boundary(gb(WITH), county=FEIXI).parcels[0].area_m2 == Decimal("2999.99")


def test_every_code_of_the_reader_is_explained_in_the_reference():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "boundary-txt.md").read_text(encoding="utf-8")
    source = (Path(__file__).parents[3] / "src/ziyuan/onemap/formats/boundary_txt/problems.py").read_text("utf-8")
    codes = re.findall(r'"(ZY-TXT-\d{3})"', source)
    assert len(codes) > 40 and len(set(codes)) == len(codes)
    assert [code for code in codes if f"| {code} |" not in page] == []


def test_digits_and_commas_of_full_width_are_read_as_their_plain_twins():
    wide = WITH.translate({ord(c): 0xFEE0 + ord(c) for c in "0123456789.@"} | {ord(","): 0xFF0C})
    assert wide != WITH
    plain, found = read_boundary(gb(WITH)), read_boundary(gb(wide))
    assert found.ok and [p.shape for p in found.parcels] == [p.shape for p in plain.parcels]
    assert [p.area_m2 for p in found.parcels] == [p.area_m2 for p in plain.parcels]
