"""One suite over every pack: the publishing gate passes, each example passes, the ledger is answered."""

import pytest

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.runtime import compiled
from ziyuan.workflow.gate import examples, ledger
from ziyuan.workflow.gate.check import check_pack

FOLDERS = {folder.name: (folder, module) for folder, module in kernel.pack_folders()}
EXAMPLES = [
    pytest.param(matter.key, path, id=f"{matter.key}/{path.stem}")
    for matter in kernel.matters()
    for path in sorted((matter.folder / "examples").glob("*.yaml"))
    if path.stem != "form"
]


@pytest.mark.parametrize("name", FOLDERS)
def test_the_publishing_gate_passes(name):
    faults = [f.text() for f in check_pack(*FOLDERS[name]) if f.severity == "error"]
    assert faults == []


@pytest.mark.parametrize(("key", "path"), EXAMPLES)
def test_the_example_holds(key, path):
    assert examples.run(compiled(kernel.matter(key)), path) == []


@pytest.mark.parametrize("name", FOLDERS)
def test_every_rule_of_the_ledger_is_answered(name):
    pack = kernel.packs()[name]
    assert ledger.standing(pack).keys() == ledger.rules().keys()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_version_is_one_digest_of_all_its_texts(name, tmp_path):
    import shutil

    folder, module = FOLDERS[name]
    copy = tmp_path / name
    shutil.copytree(folder, copy)
    for key, matter in kernel.load_pack(copy, module).matters.items():
        before = compiled(matter).version
        assert before == compiled(kernel.matter(f"{name}/{key}")).version
        (matter.folder / "matter.yaml").write_text(
            (matter.folder / "matter.yaml").read_text() + "# x\n", encoding="utf-8"
        )
        assert compiled(matter).version != before
