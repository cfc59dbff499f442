"""`ziyuan map asof|flow|changeset|withdraw|rollback|cut|digests|compare` to their contracts."""

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import transaction

from tests.onemap import small_county as world
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.editions import commands, node_commands

COUNTY, LAYER = world.COUNTY, "tdt1057@2020/DLTB"
Y2024, Y2025 = date(2024, 12, 31), date(2025, 12, 31)


def run(command, *words):
    found = CliRunner().invoke(command, [str(w) for w in words], catch_exceptions=False)
    lines = [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]
    return found.exit_code, lines, found.output


def seal(no, patches, day, county=COUNTY):
    layers = {"DLTB": world.table(patches)}
    return onemap.seal(no, layers, county=county, reference_date=day, by=kernel.system_actor())[0]


def renamed(patches, place, name):
    one = patches[place]
    return [*patches[:place], replace(one, values={**one.values, "ZLDWMC": name}), *patches[place + 1 :]]


@pytest.mark.django_db
@pytest.mark.usefixtures("clean_lake")
class TestOneNode:
    """Commands on the node's own editions."""

    def test_asof_tells_a_line_a_feature_and_then_count_and_area_by_class(self):
        seal("A", world.county(), Y2024)
        code, lines, _ = run(commands.asof, LAYER, "2024-12-31", "--county", COUNTY, "--json")
        summary = lines[-1]["summary"]
        assert (code, len(lines), summary["count"]) == (0, 31, 30)
        areas = {}
        for patch in world.county():
            areas[patch.values["DLBM"]] = areas.get(patch.values["DLBM"], 0) + patch.values["TBDLMJ"]
        told = {row["code"]: row["area_m2"] for row in summary["by_class"] if row["code"] != "1203"}
        assert told == {code: str(area) for code, area in areas.items()}
        assert {line["properties"]["key"] for line in lines[:-1]} == {p.key for p in world.county()}

    def test_asof_on_both_clocks(self):
        first = seal("A", renamed(world.county(), 0, "旧"), Y2024)
        seal("A2", renamed(world.county(), 0, "新"), Y2024)

        def name(*words):
            lines = run(commands.asof, "DLTB", "2024", "--county", COUNTY, "--json", *words)[1]
            return next(f["properties"]["ZLDWMC"] for f in lines[:-1] if f["properties"]["key"] == world.county()[0].key)

        assert (name(), name("--known", first.sealed.isoformat())) == ("新", "旧")
        assert run(commands.asof, "DLTB", "2024", "--known", "2020-01-01", "--json")[1][-1]["summary"]["count"] == 0

    def test_diff_of_two_editions_has_the_lines_of_two_files(self):
        seal("A", world.county(), Y2024)
        seal("B", renamed(world.county(), 3, "新"), Y2025)
        code, lines, _ = run(commands.diff, "2024", "2025", "--county", COUNTY, "--json")
        assert code == 1
        assert lines[0] == {
            "change": "update", "layer": LAYER, "key": world.county()[3].key, "old_key": None, "fields": ["ZLDWMC"],
            "geometry": False,
        }  # fmt: skip
        assert run(commands.diff, "2024", "2024", "--county", COUNTY)[0] == 0

    def test_a_changeset_is_made_shown_and_applied(self, tmp_path):
        first, path = seal("A", world.county(), Y2024), tmp_path / "a.zyc"
        point = transaction.savepoint()
        second = seal("B", renamed(world.county(), 3, "新"), Y2025)
        assert run(node_commands.make, "--county", COUNTY, "--from", first.pk, "--to", "2025", "--out", path)[0] == 0
        transaction.savepoint_rollback(point)
        told = run(node_commands.show, path)[1]
        assert [told[0]["change"], told[-1]["summary"]["applies"]] == ["update", True]
        assert second.hex_digest in run(node_commands.apply, path)[2]
        assert run(node_commands.apply, path)[0] == 0

    def test_a_withdrawal_first_lists_what_stands_on_the_edition(self):
        edition = seal("A", world.county(), Y2024)
        code, _, words = run(node_commands.withdraw, edition.pk, "--reason", "误报")
        assert code == 1
        assert run(node_commands.withdraw, edition.pk, "--reason", "误报", "--seen", words.split("--seen ")[1].strip())[0] == 0
        assert "已撤回" in run(commands.editions, "--county", COUNTY)[2]

    def test_a_rollback_makes_a_new_edition(self):
        first = seal("A", world.county(), Y2024)
        seal("B", renamed(world.county(), 3, "新"), Y2025)
        assert first.hex_digest in run(node_commands.rollback, first.pk, "--reason", "错位")[2]

    def test_the_flow_of_all_counties_closes(self):
        seal("A", world.county(), Y2024)
        seal("B", world.in_year(world.county(), 2025), Y2025)
        code, lines, _ = run(commands.flow, "2024", "2025", "--level", "three_class")
        assert (code, lines[0]["closes"], lines[0]["counties"]) == (0, True, [COUNTY])

    def test_two_files_of_digests_are_set_side_by_side(self, tmp_path):
        seal("A", world.county(), Y2024)
        one, other = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
        one.write_text(run(node_commands.digests, "--features")[2], encoding="utf-8")
        assert run(node_commands.compare, one, one)[0] == 0
        seal("A2", renamed(world.county(), 17, "新"), Y2024)
        other.write_text(run(node_commands.digests, "--features")[2], encoding="utf-8")
        code, lines, _ = run(node_commands.compare, one, other, "--json")
        first = lines[-1]["summary"]["first"]
        assert (code, first["county"], first["layer"], first["first"]) == (1, COUNTY, LAYER, world.county()[17].key)

    def test_a_file_whose_features_do_not_give_its_digest_is_not_believed(self, tmp_path):
        seal("A", world.county(), Y2024)
        one = tmp_path / "a.jsonl"
        text = run(node_commands.digests, "--features")[2]
        one.write_text(text.replace('"digest": "', '"digest": "00', 1).replace('"00', '"', 1)[:-200], encoding="utf-8")
        assert run(node_commands.compare, one, one)[0] == 11


@pytest.mark.usefixtures("committed_db")
def test_two_running_nodes_are_compared_through_their_node_files(tmp_path):
    """The node file names its database; the comparison asks it in a process of its own."""
    county = "340121"
    edition = seal("CMP", world.county(3, 2, code=county), Y2024, county)
    node = Path(os.environ["ZIYUAN_NODE"])
    assert run(node_commands.compare, node, node, "--county", county)[0] == 0
    other = tmp_path / "other.jsonl"
    lines = run(node_commands.digests, "--county", county, "--features")[2].splitlines()
    told = [json.loads(line) for line in lines]
    leaves = [t for t in told if "key" in t]
    leaves[4]["digest"] = "ab" * 32
    from ziyuan.base.canonical import merkle_root

    told[1]["digest"] = merkle_root([bytes.fromhex(t["digest"]) for t in leaves]).hex()
    other.write_text("\n".join(json.dumps(t) for t in told), encoding="utf-8")
    code, lines, _ = run(node_commands.compare, node, other, "--county", county, "--layer", edition.layer, "--json")
    assert (code, lines[-1]["summary"]["first"]["first"]) == (1, leaves[4]["key"])
