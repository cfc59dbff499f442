"""A drawn site goes the road of a file: same checks, shown first, confirmed, offered as boundary text."""

import json

import pytest
from pyproj import Geod
from shapely.geometry import Polygon, box, mapping

from tests.support import story
from ziyuan.base import crs
from ziyuan.base.geometry import PlaneShape
from ziyuan.onemap import service as onemap


@pytest.fixture
def rectangle() -> PlaneShape:
    """The rectangle of the boundary file, read from it."""
    return onemap.read_boundary(story.boundary()).shape


def post(company, draft, geometry):
    company.open(f"/my/{draft}/site/")
    token = company.page.xpath("//form[@id='draw']//input[@name='csrfmiddlewaretoken']/@value")[0]
    sent = geometry if isinstance(geometry, str) else json.dumps(geometry)
    return company._seen(company.client.post(f"/my/{draft}/site/", {"csrfmiddlewaretoken": token, "geojson": sent}))


def test_a_drawn_rectangle_is_shown_like_the_file_of_the_same_rectangle_and_taken_only_then(company, draft, rectangle):
    assert post(company, draft, mapping(rectangle.to_4490())).status_code == 200
    drawn = company.page.xpath("//input[@name='confirm']/@value")[0]
    assert "6.0000 公顷" in company.text and "肥西县" in company.text and company.page.find(".//svg") is not None
    company.submit(f"/my/{draft}/site/", files={"file": ("界址点.txt", story.boundary())})
    assert company.page.xpath("//input[@name='confirm']/@value")[0] == drawn, "the same plane integers"
    company.submit(f"/my/{draft}/site/confirm/")
    company.open(f"/my/{draft}/site/")
    assert "已确认的用地范围" in company.text


def test_the_drawn_site_is_offered_as_boundary_text_that_reads_back_the_same(company, draft, rectangle):
    post(company, draft, mapping(rectangle.to_4490()))
    text = company.client.get(f"/my/{draft}/site/boundary.txt").content
    assert onemap.read_boundary(text).shape.to_json() == rectangle.to_json()


def test_a_hole_stays_a_hole_and_its_area_is_not_counted(company, draft):
    outer = [(117.10, 31.68), (117.11, 31.68), (117.11, 31.69), (117.10, 31.69)]
    inner = [(117.104, 31.684), (117.104, 31.686), (117.106, 31.686), (117.106, 31.684)]
    site = Polygon(outer, [inner])
    post(company, draft, mapping(site))
    figure = float(company.page.xpath("//dl//data/@value")[0])
    geodesic, _ = Geod(ellps="GRS80").geometry_area_perimeter(site)
    assert figure == pytest.approx(geodesic, rel=1e-6)


def test_the_county_decides_the_zone_not_the_meridian(company, draft):
    """泾县 keeps zone 39; its east lies beyond 118.5° E, nearer to the middle of zone 40."""
    point = onemap.outline("341823").intersection(box(118.53, 30, 119, 31)).representative_point()
    assert crs.zone_of_lon(point.x) == 40
    post(company, draft, mapping(point.buffer(0.002, quad_segs=2)))
    told = {d.find("dt").text: d.find("dd").text_content() for d in company.page.xpath("//dl/div")}
    assert told["带号"].startswith("39") and told["所在县(市、区)"] == "泾县"


BOW = mapping(Polygon([(117.10, 31.68), (117.11, 31.69), (117.11, 31.68), (117.10, 31.69)]))


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ("{", "没有读到完整的图形"),
        ("[]", "没有读到完整的图形"),
        ('{"type":"Polygon","coordinates":[[["a",1],[2,3],[4,5],["a",1]]]}', "没有读到完整的图形"),
        ({"type": "Point", "coordinates": [117.1, 31.6]}, "闭合的面"),
        (BOW, "自相交"),
        (mapping(Polygon([(116.0, 40.0), (116.1, 40.0), (116.1, 40.1)])), "不在安徽省"),
        (mapping(Polygon([(0, 0), (1, 0), (1, 1)])), "不在中国"),
        ('{"type":"Polygon","coordinates":[[[117.1,NaN],[117.2,31.6],[117.2,31.7],[117.1,NaN]]]}', "未能采用"),
        (mapping(Polygon([(117.1 + i * 1e-6, 31.6 + (i % 2) * 1e-3) for i in range(5100)])), "顶点"),
    ],
)
def test_a_drawing_that_cannot_be_taken_is_told_and_leaves_nothing(company, draft, geometry, said):
    assert post(company, draft, geometry).status_code == 422
    alert = company.page.get_element_by_id("error").text_content()
    assert said in alert and "第 14 行" not in alert and "ZY-WFL-020" in alert
    company.open(f"/my/{draft}/site/")
    assert company.page.find(".//svg") is None


def test_county_outlines_are_open_small_and_kept_by_the_browser(stranger):
    import gzip

    answer = stranger.client.get("/outlines.geojson")
    assert answer["Content-Encoding"] == "gzip" and len(answer.content) < 200_000 and "max-age" in answer["Cache-Control"]
    told = json.loads(gzip.decompress(answer.content))
    assert len(told["features"]) == 104 and {"code", "name"} == set(told["features"][0]["properties"])
