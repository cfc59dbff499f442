import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ziyuan.onemap import service as onemap
from ziyuan.site.demo import nodes, papers, story
from ziyuan.site.demo.cli import demo
from ziyuan.site.demo.errors import NodesUnknown
from ziyuan.workflow.forms.validate import credit_code_ok

FEATURE = {
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[117.1, 31.7], [117.102, 31.7], [117.102, 31.702], [117.1, 31.7]]],
    }
}


def test_the_boundary_file_of_the_story_is_read_back_as_the_same_site():
    site = papers.site_in(FEATURE, 39)
    read = onemap.read_boundary(papers.boundary_text(site, 39))
    assert [p for p in read.problems if p.severity == "error"] == []
    assert read.shape.to_shapely().equals(site)
    assert read.shape.zone == 39


def test_the_site_of_the_story_is_valid_has_a_hole_and_about_two_hectares():
    site = papers.site_in(FEATURE, 39)
    assert site.is_valid
    assert len(site.interiors) == 1
    assert 15_000 < site.area < 25_000


def test_the_papers_of_the_story_are_pdfs():
    assert papers.pdf("用地预审与选址申请报告", "正文").startswith(b"%PDF")


def test_the_company_of_the_story_has_a_lawful_credit_code():
    assert credit_code_ok(story.FORM["credit_code"])


def test_nodes_and_accounts_are_found_beside_the_node_files(tmp_path):
    for zone, port in (("inner", 1), ("outer", 2)):
        data = tmp_path / zone
        data.mkdir()
        account = {"user": f"u-{zone}", "password": "p", "role": "r", "region": "340000", "node": zone}
        (data / "accounts.json").write_text(json.dumps([account]), encoding="utf-8")
        node = {"zone": zone, "url": f"http://127.0.0.1:{port}", "data": str(data)}
        (tmp_path / f"{zone}.json").write_text(json.dumps(node), encoding="utf-8")
    found = nodes.find(tmp_path)
    assert (found.inner, found.outer) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert [a["user"] for a in found.accounts] == ["u-inner", "u-outer"]


def test_without_an_installation_the_remedy_is_to_start_one(tmp_path):
    with pytest.raises(NodesUnknown) as caught:
        nodes.find(tmp_path)
    assert "./ziyuan up" in caught.value.remedy


def test_the_command_stops_with_the_reason_and_code_2(tmp_path):
    told = CliRunner().invoke(demo, ["--nodes", str(tmp_path), "--out", str(tmp_path / "out")])
    assert told.exit_code == 2
    assert "ZY-DEM-001" in told.output


@pytest.mark.story
def test_the_whole_story_plays_against_the_running_nodes(tmp_path):
    folder = os.environ.get("ZIYUAN_STORY_NODES")
    if not folder:
        pytest.skip("没有正在运行的节点(ZIYUAN_STORY_NODES)")
    told = CliRunner().invoke(demo, ["--nodes", folder, "--out", str(tmp_path), "--patches", "3000"])
    assert told.exit_code == 0, told.output
    left = {p.name for p in Path(tmp_path).iterdir()}
    assert {
        "问题图层.gpkg",
        "质检报告.pdf",
        "意见书.pdf",
        "用地范围图.svg",
        "核验结果.json",
        "地类流量.json",
    } <= left
    assert json.loads((tmp_path / "核验结果.json").read_text(encoding="utf-8"))["valid"] is True
