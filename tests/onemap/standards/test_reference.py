"""The reference page names every rule kind, parameter and key that the model language has."""

from pathlib import Path

import pytest

from tests.onemap.standards.editions import write
from ziyuan.onemap.standards import library
from ziyuan.onemap.standards import vocabulary as words
from ziyuan.onemap.standards.loader import load_file

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "model-language.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [*words.FAMILIES])
def test_every_rule_kind_is_described(kind):
    assert f"`{kind}`" in TEXT


KEYS = {name: keys for name, keys in vars(words).items() if name.endswith("_KEYS")}


@pytest.mark.parametrize("name", [*KEYS])
def test_every_key_of_the_language_is_described(name):
    assert [key for key in KEYS[name] if f"`{key}" not in TEXT and f"{key}:" not in TEXT] == []


@pytest.mark.parametrize(
    "group", [words.TOPOLOGY, words.CROSS, words.CHANGE, words.BALANCE], ids=["topology", "cross", "change", "balance"]
)
def test_every_parameter_stands_in_the_row_of_its_kind(group):
    for name, kind in group.items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        assert all(f"`{parameter}`" in row for parameter in kind.params), name


def test_the_minimal_model_of_the_page_loads(tmp_path):
    path = tmp_path / "minimal.yaml"
    path.write_text(TEXT.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert [r.id for r in load_file(path).entity("PARCELS").rules if r.id.startswith("P-")] == ["P-1", "P-2", "P-3"]


def test_the_mapping_of_the_page_carries_every_old_field_over(tmp_path):
    text = TEXT.split("```yaml mapping\n")[1].split("```")[0]
    mapping = library.mapping_of(load_file(write(tmp_path, mapping=text)))
    assert mapping.entities["GCJ"].renamed == {"JBH": "BH"}
    assert mapping.gone == ("DM",)
