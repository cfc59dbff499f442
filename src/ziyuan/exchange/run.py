"""The exchange process of a node: pack and take, again and again, until told to stop."""

import logging
import signal
import threading

from django.db import InterfaceError, OperationalError, close_old_connections

from ziyuan.exchange.pack import pack_waiting
from ziyuan.exchange.take import take_waiting

PAUSE = 0.5
_log = logging.getLogger("ziyuan.exchange")


def run() -> None:
    """Loop until SIGTERM or SIGINT; a database that is away is waited for."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        close_old_connections()
        try:
            busy = pack_waiting() + take_waiting()
        except (OperationalError, InterfaceError) as error:
            _log.warning("数据库暂不可用,稍后继续:%s", error)
            busy = 0
        stop.wait(0.05 if busy else PAUSE)
