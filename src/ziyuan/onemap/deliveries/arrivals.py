"""What follows an upload without anybody asking: the whole is hashed and received; what was left behind is cleared."""

import logging

from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import incoming
from ziyuan.onemap.deliveries.errors import DigestContradicts, UploadLost
from ziyuan.onemap.deliveries.feeds import fetch_due
from ziyuan.onemap.deliveries.job import WAITING, give_up
from ziyuan.onemap.deliveries.models import Delivery, State, Upload, UploadState
from ziyuan.onemap.deliveries.opening import receive
from ziyuan.onemap.deliveries.turns import wake
from ziyuan.onemap.deliveries.uploads import end
from ziyuan.onemap.formats.package import fault_of

_log = logging.getLogger("ziyuan.deliveries")


@kernel.job("onemap.receive")
def receive_upload(*, upload: str) -> None:
    """Read the whole file once for its SM3; receive it, or return the delivery when it is not what was announced."""
    by = kernel.system_actor("自动接收")
    with kernel.acting(by):
        row = Upload.objects.filter(pk=upload, state=UploadState.OPEN).select_related("delivery").first()
    if row is None or row.offset != row.size:
        return
    try:
        digest = incoming.sm3_of(upload)
    except FileNotFoundError:
        _refuse(by, row, UploadLost(row.delivery.no))
        return
    if row.sm3 and digest != row.sm3:
        _refuse(by, row, DigestContradicts(row.name, row.sm3, digest))
        return
    with kernel.acting(by):
        locked = Upload.objects.select_for_update().get(pk=upload)
        if locked.state == UploadState.OPEN and locked.delivery.state == State.UPLOADING:
            receive(by, locked, digest)


def _refuse(by: kernel.Actor, row: Upload, wrong: DigestContradicts | UploadLost) -> None:
    """The delivery is returned with this finding; the bytes go."""
    give_up(row.delivery_id, fault_of(wrong, "error", None))  # type: ignore[arg-type]
    with kernel.acting(by):
        locked = Upload.objects.select_for_update().get(pk=row.pk)
        if locked.state == UploadState.OPEN:
            end(by, locked, UploadState.TERMINATED, "")


@kernel.every("onemap.deliveries_sweep", "* * * * *")
def sweep() -> None:
    """Each minute: tokens for what waits, expired uploads ended, whole ones received, stray files gone, feeds fetched."""
    if not kernel.node().is_inner:
        return
    by = kernel.system_actor("汇交巡检")
    with kernel.acting(by):
        if Delivery.objects.filter(state__in=WAITING).exists():
            wake()
        open_ = list(Upload.objects.filter(state=UploadState.OPEN).select_related("delivery"))
    for row in open_:
        if row.offset == row.size:
            receive_upload(upload=row.pk)
        elif row.expires < kernel.now():
            _expire(by, row)
    with kernel.acting(by):
        known = set(Upload.objects.filter(state=UploadState.OPEN).values_list("pk", flat=True))
    for path in incoming.strays(known):
        path.unlink(missing_ok=True)
    fetch_due()


def _expire(by: kernel.Actor, row: Upload) -> None:
    with kernel.acting(by):
        locked = Upload.objects.select_for_update(skip_locked=True).filter(pk=row.pk, state=UploadState.OPEN).first()
        if locked is not None and locked.expires < kernel.now():
            _log.info("上传 %s 已过期", row.pk)
            words = f"上传于 {locked.expires:%Y-%m-%d %H:%M} 过期,已接收的 {locked.offset} 字节未保留。"
            end(by, locked, UploadState.EXPIRED, words)
