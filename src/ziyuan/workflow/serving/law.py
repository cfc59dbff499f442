"""How a document may be served (送达方式) and in what time; the figures are dated and lie in `data/`."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from ziyuan.base import workdays
from ziyuan.base.parameters import Parameters, load

NOTICE = "公告送达"


@dataclass(frozen=True)
class Way:
    """One way: whom it names as having received, and what proves it."""

    name: str
    receiver: str
    proof: str


WAYS = {
    way.name: way
    for way in (
        Way("直接送达", "签收人", "送达回证"),
        Way("邮寄送达", "签收人", "邮寄回执"),
        Way("电子送达", "接收账号或地址", "电子送达记录"),
        Way("留置送达", "见证人", "送达回证或现场影像"),
        Way("委托送达", "签收人", "受托单位的送达回证"),
        Way(NOTICE, "", "公告文本"),
    )
}


@cache
def figures() -> Parameters:
    """The dated figures of this release."""
    return load(Path(__file__).with_name("data"))


def effective(way: str, day: date) -> date:
    """The day from which the document counts as served: that of the act, of a public notice when its days have passed."""
    if way != NOTICE:
        return day
    return day + timedelta(days=int(figures()["serving.public_notice_days"].on(day)))


def last_day(decided: date, calendar: workdays.Calendar) -> workdays.Day:
    """The last day on which a decision of that day is served in time; provisional beyond the last holiday notice."""
    return calendar.add(decided, int(figures()["serving.decision_days"].on(decided)))
