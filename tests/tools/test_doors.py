"""The door rule, on made-up import graphs."""

import grimp
import pytest
from tools.doors import inside, is_door, listed


@pytest.mark.parametrize("name", ["ziyuan.kernel", "ziyuan.kernel.service", "ziyuan.kernel.errors", "ziyuan.kernel.cli"])
def test_the_component_and_its_three_doors_are_open(name: str) -> None:
    assert is_door("ziyuan.kernel", name)


@pytest.mark.parametrize("name", ["ziyuan.kernel.models", "ziyuan.kernel.audit", "ziyuan.kernel.audit.service"])
def test_rooms_and_models_are_no_doors(name: str) -> None:
    assert not is_door("ziyuan.kernel", name)


def test_a_name_that_only_begins_alike_is_outside() -> None:
    assert inside("ziyuan.kernel", "ziyuan.kernel.audit.record")
    assert not inside("ziyuan.kernel", "ziyuan.kernels.audit")


def test_a_written_exception_may_use_a_star() -> None:
    ignored = [("ziyuan.site.manage", "ziyuan.kernel.*")]
    assert listed(ignored, "ziyuan.site.manage", "ziyuan.kernel.nodes.keys")
    assert not listed(ignored, "ziyuan.site.urls", "ziyuan.kernel.nodes.keys")


@pytest.mark.parametrize(("imported", "kept"), [("ziyuan.kernel.service", True), ("ziyuan.kernel.audit.record", False)])
def test_the_contract_turns_red_when_a_room_is_entered(imported: str, kept: bool) -> None:
    from tools.doors import DoorsContract

    graph = grimp.ImportGraph()
    for name in ("ziyuan.kernel", "ziyuan.kernel.service", "ziyuan.kernel.audit", "ziyuan.kernel.audit.record", "ziyuan.site"):
        graph.add_module(name)
    graph.add_import(importer="ziyuan.site", imported=imported)
    contract = DoorsContract("doors", {}, {"components": ["ziyuan.kernel"]})
    assert contract.check(graph, verbose=False).kept is kept
