"""The door of the exchange: whatever crosses a boundary is a signed, sealed, numbered package."""

from ziyuan.exchange import proof  # noqa: F401  (registers its proof)
from ziyuan.exchange.pack import pack_waiting, resend
from ziyuan.exchange.run import run
from ziyuan.exchange.status import counters, streams
from ziyuan.exchange.take import retry, take_waiting

__all__ = ["counters", "pack_waiting", "resend", "retry", "run", "streams", "take_waiting"]
