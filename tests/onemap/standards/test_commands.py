"""`ziyuan standards …` as a person runs it: no server, no database, problems with their place, exit codes as told."""

import json
import os
import subprocess
import sys

import pyogrio
import pytest
import yaml
from click.testing import CliRunner

from tests.onemap.standards.editions import MAPPING, write
from ziyuan.onemap.cli import commands as map_commands
from ziyuan.onemap.cli import standards
from ziyuan.onemap.standards import checking, library
from ziyuan.onemap.standards.loader import load_file

PLAIN = """
standard: {id: plots, edition: "1", title: 宗地}
entities:
  PLOTS:
    fields: {MJ: {type: number, length: 10, decimals: 2, above: 0}}
    topology: [{id: P-1, rule: no_overlap}]
"""


def ziyuan(*words):
    """The command in this process."""
    return CliRunner().invoke(standards, [str(word) for word in words])


def alone(*words, group="standards"):
    """The command in a process of its own, with no settings and no database to be found."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ZIYUAN", "DJANGO", "PG"))}
    command = [sys.executable, "-m", "ziyuan.site.cli", group, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=env)


def test_the_list_shows_every_standard_and_layer_those_known_by_name_too():
    lines = [json.loads(line) for line in ziyuan("list", "--json").stdout.splitlines()]
    assert [line["name"] for line in lines] == library.names()
    shown = {layer["layer"]: layer for line in lines for layer in line["layers"]}
    assert set(shown) == {ref.id for ref in library.catalogue()}
    untyped = [layer for layer in shown.values() if layer["catalogue_only"]]
    assert untyped
    assert all(layer["fields"] == 0 for layer in untyped)
    text = ziyuan("list").stdout
    assert "tdt1057@2020" in text
    assert "只列入目录" in text


def test_listing_all_standards_takes_little_of_the_processor():
    """The bar is 0.5 s warm; measured as processor time, so that a busy machine does not fail it."""
    used = []
    for _ in range(2):
        before = os.times()
        assert alone("list").returncode == 0
        after = os.times()
        used.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(used) < 0.9


def test_a_new_standard_loads_and_all_its_rules_are_proven(tmp_path):
    made = ziyuan("new", "wells", "--title", '监测井: "深层" & {试}', "--edition", "2026", "--folder", tmp_path)
    assert made.exit_code == 0, made.output
    folder = tmp_path / "wells" / "2026"
    model = load_file(folder)
    assert (model.name, model.title) == ("wells@2026", '监测井: "深层" & {试}')
    assert list(model.catalogue) == ["SLZB"]
    checked = alone("check", folder)
    assert checked.returncode == 0, checked.stdout
    assert "各有反例和正例" in checked.stdout


def test_a_new_standard_overwrites_nothing_and_takes_no_path_for_a_name(tmp_path):
    assert ziyuan("new", "wells", "--title", "井", "--folder", tmp_path).exit_code == 0
    before = (tmp_path / "wells" / "1" / "model.yaml").read_bytes()
    again = ziyuan("new", "wells", "--title", "别的", "--folder", tmp_path)
    assert again.exit_code == 2
    assert "已经存在" in again.stderr
    assert (tmp_path / "wells" / "1" / "model.yaml").read_bytes() == before
    assert ziyuan("new", "../wells", "--title", "井", "--folder", tmp_path).exit_code == 2


def test_check_of_a_file_anyone_wrote_lists_all_problems_with_their_place(tmp_path):
    path = tmp_path / "plots.yaml"
    path.write_text(PLAIN.replace("length: 10", "lenght: 10").replace("no_overlap", "no_overlaps"), encoding="utf-8")
    run = ziyuan("check", path, "--json")
    *problems, summary = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.exit_code == 1
    assert [p["code"] for p in problems] == ["ZY-STD-002", "ZY-STD-004"]
    assert f"{path}:5（entities.PLOTS.fields.MJ.lenght）" in problems[0]["message"]
    assert f"{path}:6（entities.PLOTS.topology[1].rule）" in problems[1]["message"]
    assert "no_overlap" in problems[1]["message"]
    assert summary["summary"]["problems"] == 2


def test_check_of_a_sound_file_passes_and_of_a_missing_one_is_a_wrong_call(tmp_path):
    path = tmp_path / "plots.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    assert ziyuan("check", path).exit_code == 0
    missing = ziyuan("check", tmp_path / "none.yaml")
    assert missing.exit_code == 2
    assert ziyuan("check", "plotz@1").exit_code == 2


def test_a_proof_is_remembered_only_for_the_same_text(tmp_path, monkeypatch):
    monkeypatch.setattr(checking, "PROOFS", tmp_path / "proofs")
    path = tmp_path / "plots.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    first, second = checking.check(str(path)), checking.check(str(path))
    assert (first.before, second.before, second.proved) == (False, True, first.proved)
    assert checking.check(str(path), again=True).before is False
    path.write_text(PLAIN.replace("above: 0", "above: 1"), encoding="utf-8")
    assert checking.check(str(path)).before is False


def test_a_rule_that_cannot_fail_is_a_problem_and_its_proof_is_not_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(checking, "PROOFS", tmp_path / "proofs")
    path = tmp_path / "plots.yaml"
    path.write_text(PLAIN + "    checks: [{id: P-2, then: 'MJ = MJ or true', say: 总成立}]\n", encoding="utf-8")
    for _ in range(2):
        assert [p.code for p in checking.check(str(path)).problems] == ["ZY-STD-007"]


def test_two_editions_are_compared_in_chinese_and_as_json(tmp_path):
    folder = write(tmp_path)
    run = ziyuan("diff", folder.parent / "2020", folder)
    assert run.exit_code == 1
    assert "字段 GCJ.JBH（井编号）由 JCJ.BH 改名" in run.stdout
    *changes, last = [json.loads(line) for line in ziyuan("diff", folder.parent / "2020", folder, "--json").stdout.splitlines()]
    assert last["summary"]["changes"] == len(changes)
    assert {"what", "change", "place", "title", "before", "after", "aspect"} == set(changes[0])
    assert ziyuan("diff", folder, folder).exit_code == 0
    assert ziyuan("diff", folder, "plotz@1").exit_code == 2


def test_check_tells_what_a_mapping_forgets(tmp_path):
    run = ziyuan("check", write(tmp_path, mapping=MAPPING.replace("gone: [DM]", "")), "--text")
    assert run.exit_code == 1
    assert "旧图层 DM 没有去向" in run.stdout


@pytest.mark.parametrize("word", ["html", "template", "xlsx", "vct", "schema", "styles", "ddl"])
def test_each_file_is_made_by_one_command(tmp_path, word):
    ends = {"template": ".gpkg", "schema": ".json", "styles": ".json", "ddl": ".sql"}
    path = tmp_path / f"made{ends.get(word, '.' + word)}"
    run = ziyuan("show", "tdt1057@2020", f"--{word}", path)
    assert run.exit_code == 0, run.output
    assert path.stat().st_size > 1000
    if word == "vct":
        assert "CJDCQ" in run.stderr
        assert "要素代码待核" in run.stderr


def test_the_fixtures_of_a_rule_are_files_that_check_takes(tmp_path):
    run = ziyuan("show", "tdt1057@2020", "--fixtures", tmp_path / "f", "--rule", "DLTB-T1")
    assert run.exit_code == 0, run.output
    faults, innocents = (sorted((tmp_path / "f" / "DLTB-T1").glob(f"{kind}-*.gpkg")) for kind in ("fault", "innocent"))
    assert faults
    assert innocents
    assert pyogrio.read_info(faults[0], layer="DLTB")["features"] >= 2
    for path, expected in ((faults[0], True), (innocents[0], False)):
        words = ["check", str(path), "--standard", "tdt1057@2020", "--layer", "DLTB", "--json"]
        out = CliRunner().invoke(map_commands, words).stdout
        assert any(json.loads(line).get("rule") == "DLTB-T1" for line in out.splitlines()) is expected


def test_an_untyped_layer_is_shown_with_what_is_missing_and_refused_by_map_check(tmp_path):
    model = library.load("tdt1057@2020")
    name = next(iter(model.catalogue))
    assert "只列入目录" in ziyuan("show", f"tdt1057@2020/{name}").stdout
    path = tmp_path / "x.geojson"
    square = [[[117.0, 31.0], [117.1, 31.0], [117.1, 31.1], [117.0, 31.0]]]
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": {"type": "Polygon", "coordinates": square}}
    path.write_text(json.dumps({"type": "FeatureCollection", "name": name, "features": [feature]}), encoding="utf-8")
    run = CliRunner().invoke(map_commands, ["check", str(path), "--standard", "tdt1057@2020", "--crs", "EPSG:4490"])
    assert run.exit_code == 11
    assert "ZY-STD-009" in run.stderr


def test_the_commented_model_of_a_new_standard_is_yaml_like_any_other(tmp_path):
    ziyuan("new", "a", "--title", "甲", "--folder", tmp_path)
    loaded = yaml.safe_load((tmp_path / "a" / "1" / "model.yaml").read_text(encoding="utf-8"))
    assert loaded["standard"]["id"] == "a"
