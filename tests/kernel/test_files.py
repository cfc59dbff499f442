"""What a killed process leaves half written is taken away, what is being written now is not."""

import os
import time

from ziyuan.kernel.files.store import STALE_SECONDS, sweep_partials
from ziyuan.kernel.nodes.node import node


def test_only_halves_older_than_any_running_upload_are_swept():
    files, lake = node().folder("files"), node().folder("lake")
    (lake / "layer").mkdir(exist_ok=True)
    old, old_lake, fresh, whole = files / ".a.part", lake / "layer" / ".b.part", files / ".c.part", files / "whole"
    for path in (old, old_lake, fresh, whole):
        path.write_bytes(b"x")
    past = time.time() - STALE_SECONDS - 1
    for path in (old, old_lake, whole):
        os.utime(path, (past, past))
    assert sweep_partials() == 2
    assert [p.exists() for p in (old, old_lake, fresh, whole)] == [False, False, True, True]
    fresh.unlink()
    whole.unlink()
