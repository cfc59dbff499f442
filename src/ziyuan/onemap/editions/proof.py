"""Prove every edition whole (版本核验) as part of the proof of all records."""

from collections.abc import Iterator

from ziyuan.kernel import service as kernel
from ziyuan.onemap.editions import lake
from ziyuan.onemap.editions.models import Edition
from ziyuan.onemap.editions.verify import verify


@kernel.verifies("版本")
def verify_editions() -> Iterator[kernel.Break]:
    """Each edition this session may see: its digest from the rows, and its lake file."""
    by = kernel.system_actor("审计核验")
    for edition in Edition.objects.order_by("pk").iterator(200):
        found = verify(edition, by=by)
        place = f"{edition.layer} {edition.county} {edition.reference_date}"
        if not found.ok:
            yield kernel.Break("版本", place, found.message)
        if found.ok and found.rows != edition.features:
            yield kernel.Break("版本", place, f"登记 {edition.features} 个要素,实有 {found.rows} 个")
        if found.place != "file" and not found.file:
            yield kernel.Break("版本", place, f"数据湖文件 {lake.folder() / edition.lake} 与登记的摘要不符")
