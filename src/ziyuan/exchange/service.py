"""The door of the exchange: whatever crosses a boundary is a signed, sealed, numbered package."""

from ziyuan.exchange.pack import pack_waiting
from ziyuan.exchange.run import run
from ziyuan.exchange.status import counters, streams
from ziyuan.exchange.take import take_waiting

__all__ = ["counters", "pack_waiting", "run", "streams", "take_waiting"]
