"""What a matter says of the cases of its earlier versions (`migrate`): the nodes it names exist where it says."""

from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.workflow.engine import Graph
from ziyuan.workflow.gate.fault import Fault
from ziyuan.workflow.migrating.lines import KEYS, lines

SHORTEST = 12  # digits of a version's digest that tell it from any other


def check(pack: kernel.Pack, matter: kernel.Matter, graph: Graph) -> Iterator[Fault]:
    """Faults of the lines of migration."""
    file = f"matters/{matter.id}/matter.yaml"
    for number, line in enumerate(lines(matter.told), start=1):
        place = f"migrate 第 {number} 条"
        for key in sorted(set(line) - KEYS):
            yield Fault(pack.id, file, place, f"不认识的键“{key}”", f"可用:{'、'.join(sorted(KEYS))}")
        since = str(line.get("from", "any"))
        if since != "any" and len(since) < SHORTEST:
            yield Fault(pack.id, file, f"{place} from", f"应为 any,或旧版本摘要的至少前 {SHORTEST} 位")
        for old, new in (line.get("nodes") or {}).items():
            if new not in graph.nodes:
                yield Fault(pack.id, file, f"{place} nodes.{old}", f"本版本的流程中没有“{new}”")
        for node in line.get("finish_by_old") or ():
            if node in (line.get("nodes") or {}):
                yield Fault(pack.id, file, f"{place} finish_by_old", f"“{node}”既写了改为哪个环节,又写了按旧版本办完")
