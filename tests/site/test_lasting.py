"""A process that lasts: what it has loaded is not looked at again by the collector."""

import gc

from ziyuan.site.lasting import YOUNG, settle


def test_what_is_loaded_is_left_alone_and_what_is_made_later_is_still_collected():
    before = gc.get_threshold()
    try:
        settle()
        assert gc.get_freeze_count() > 10_000 and gc.get_threshold()[0] == YOUNG
        ring: list[object] = []
        ring.append(ring)
        del ring
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
