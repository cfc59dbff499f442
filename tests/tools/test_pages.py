"""What the pages of docs/ show is tried: links, the picture of the layers, commands, the models in the text."""

import configparser
import json
import re

import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from django.db import connections, transaction
from tools.reference.commands import launcher, platform
from tools.reference.common import ROOT

from ziyuan.onemap.cli import commands
from ziyuan.onemap.standards.ddl import create_table
from ziyuan.onemap.standards.loader import load_file

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/reference/*.md")])
MADE = ("docs/pictures/", "bench/RESULTS.md")  # written by commands of their own, on a running or a quiet machine
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\./ziyuan(?: --node \w+)? ([a-z]+)(?: ([a-z]+))?")


def block(page: str, mark: str) -> str:
    """The fenced text of a page whose fence carries `mark`."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.search(rf"```\w+ {mark}\n(.*?)```", text, re.S)[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_link_of_a_page_leads_somewhere(page):
    links = [
        link
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith(MADE)
    ]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.fixture(scope="module")
def known():
    leaves = [command.split(" ")[1:] for command, _, _ in (*launcher(), *platform())]
    return {leaf[0] for leaf in leaves}, {tuple(leaf[:2]) for leaf in leaves if len(leaf) > 1}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_a_page_shows_exists(page, known):
    groups, leaves = known
    for name, sub in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert name in groups, f"{page.name}: ./ziyuan {name}"
        if sub and any(group == name for group, _ in leaves):
            assert (name, sub) in leaves, f"{page.name}: ./ziyuan {name} {sub}"


def test_the_picture_of_the_layers_is_the_contract():
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    wanted = [line.split() for line in contract["importlinter:contract:layers"]["layers"].split("\n") if line.strip()]
    drawn = [re.split(r"\s{2,}", line)[0].split() for line in block("docs/architecture.md", "layers").splitlines()]
    assert drawn == wanted


def test_a_layer_added_as_text_becomes_a_table_with_row_security(tmp_path, committed_db):
    path = tmp_path / "wells" / "2026" / "model.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(block("docs/standards.md", "model"), encoding="utf-8")
    model = load_file(path)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for statement in create_table(model, model.entities["JCJ"]):
            cursor.execute(statement)
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = %s", [model.table_name("JCJ")]
        )
        assert cursor.fetchone() == (True,)
        transaction.set_rollback(True, using="owner")


def test_the_ten_line_model_finds_the_overlap_and_the_small_piece(tmp_path):
    """Two squares that overlap by 3 m × 10 m, and one of 2 m × 2 m that fills a corner of its own."""
    shapes = [(0, 0, 20, 10), (17, 0, 40, 10), (100, 0, 102, 2)]
    east, north = 39_510_000, 3_507_000
    moved = [shapely.box(west + east, south + north, right + east, top + north) for west, south, right, top in shapes]
    pyogrio.raw.write(
        str(tmp_path / "plots.gpkg"), geometry=shapely.to_wkb(moved), field_data=[], fields=[], layer="PLOTS",
        driver="GPKG", crs="EPSG:4527", geometry_type="Polygon",
    )  # fmt: skip
    (tmp_path / "plots.yaml").write_text(block("docs/quality-rules.md", "plots"), encoding="utf-8")
    told = CliRunner().invoke(
        commands, ["check", str(tmp_path / "plots.gpkg"), "--standard", str(tmp_path / "plots.yaml"), "--json"]
    )
    found = [json.loads(line) for line in told.stdout.splitlines()][:-1]
    assert told.exit_code == 1
    assert sorted((f["rule"], round(f["measure"], 2)) for f in found) == [("P-1", 30.0), ("P-3", 4.0)]
