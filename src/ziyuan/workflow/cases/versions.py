"""A case runs to its end on the texts it was opened with (事项版本), whatever the pack says by then."""

from collections.abc import Iterator
from functools import lru_cache

import yaml

from ziyuan.kernel import service as kernel
from ziyuan.workflow.cases.models import Case, MatterVersion
from ziyuan.workflow.cases.runtime import Runtime, compiled, runtime, texts_of, version_of


def keep(rt: Runtime) -> None:
    """Keep the texts of a version, once, in the transaction that opens the first case on it."""
    if not MatterVersion.objects.filter(pk=rt.version).exists():
        MatterVersion.objects.bulk_create(
            [
                MatterVersion(
                    version=rt.version, matter=rt.matter.key, texts=texts_of(rt.matter), kept=kernel.now()
                )
            ],
            ignore_conflicts=True,
        )


def present(key: str) -> Runtime:
    """The present version of a matter, which a new case is opened on. Raises UnknownMatter."""
    return runtime(key)


def runtime_of(case: Case) -> Runtime:
    """What the case runs on: the present texts when they are still those, else the kept ones."""
    if case.matter in {m.key for m in kernel.matters()}:
        now = runtime(case.matter)
        if now.version == case.version:
            return now
    return _earlier(case.matter, case.version)


@lru_cache(maxsize=64)
def _earlier(key: str, version: str) -> Runtime:
    """Lay the kept texts into a folder of the node and compile them. Raises PackFault when they are not what they were."""
    texts = MatterVersion.objects.get(pk=version).texts
    pack, _, name = key.partition("/")
    if version_of(texts) != version:
        raise kernel.PackFault(pack, f"事项“{name}”的旧版本文本与其摘要不符")
    folder = kernel.node().folder("matters", version)
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return compiled(kernel.Matter(name, pack, folder, yaml.safe_load(texts["matter.yaml"])))


@kernel.verifies("事项版本")
def verify_versions() -> Iterator[kernel.Break]:
    """Every kept version still has its digest."""
    for row in MatterVersion.objects.order_by("matter", "kept"):
        if version_of(row.texts) != row.version:
            yield kernel.Break("事项版本", f"{row.matter} {row.version[:16]}", "文本与摘要不符")
