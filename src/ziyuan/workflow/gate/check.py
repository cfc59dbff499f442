"""The publishing gate (发布关口): everything that must hold before a pack's text is let loose on people."""

from collections.abc import Iterator
from pathlib import Path

from ziyuan.base.errors import ZiyuanError
from ziyuan.kernel import service as kernel
from ziyuan.workflow.gate import code, examples, external, form, law, ledger, matter, people, process
from ziyuan.workflow.gate.fault import Fault

PACK_NEEDED = ("title", "summary", "owner", "zones", "roles", "requires")


def check_pack(folder: Path, module: str) -> list[Fault]:
    """All faults and notices of a pack, in the order of its files."""
    try:
        pack = kernel.load_pack(folder, module)
    except ZiyuanError as refused:
        return [Fault(folder.name, "pack.yaml", "", str(refused), refused.remedy)]
    found = [*_pack(pack), *ledger.check(pack), *code.check(pack), *law.check(pack)]
    for one in pack.matters.values():
        texts = [*matter.check(pack, one), *form.check(pack, one), *process.check(pack, one)]
        found += texts
        if not any(f.severity == "error" for f in texts):
            found += examples.check(pack, one)
    return found


def _pack(pack: kernel.Pack) -> Iterator[Fault]:
    for key in PACK_NEEDED:
        if not pack.told.get(key):
            yield Fault(pack.id, "pack.yaml", key, "缺少这一项")
    for role, told in pack.told.get("roles", {}).items():
        levels = pack.levels_of(role)
        if not levels or levels - set(people.LEVELS):
            yield Fault(pack.id, "pack.yaml", f"roles.{role}", "层级应为 county、city 或 province,几级的写成列表")
            continue
        for name in told.get("matters", ()):
            if name not in pack.matters:
                yield Fault(pack.id, "pack.yaml", f"roles.{role}.matters", f"没有事项“{name}”", f"可用:{'、'.join(pack.matters)}")
    yield from people.posts(pack)
    yield from external.declared(pack)
    for way, layers in pack.told.get("layers", {}).items():
        for layer in layers:
            if not layer_exists(layer):
                yield Fault(pack.id, "pack.yaml", f"layers.{way}", f"数据标准中没有图层“{layer}”")
    if not (pack.folder / "docs").is_dir():
        yield Fault(pack.id, "docs", "", "没有写给经办人的业务说明")


def layer_exists(name: str) -> bool:
    """True when a data standard has the layer."""
    from ziyuan.onemap import service as onemap

    try:
        onemap.layer(name)
    except ZiyuanError:
        return False
    return True
