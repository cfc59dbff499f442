"""Sample accounts at a node's HTTP door, and waiting for what follows."""

import time
from collections.abc import Callable

from ziyuan.base.node_client import COOKIE as COOKIE
from ziyuan.base.node_client import Answer as Answer
from ziyuan.base.node_client import Client as Client
from ziyuan.site.sample.errors import AccountMissing


def account_of(accounts: list[dict[str, str]], role: str, region: str) -> dict[str, str]:
    """The sample account of a role and region. Raises AccountMissing."""
    for account in accounts:
        if account["role"] == role and account["region"] == region:
            return account
    raise AccountMissing(role, region)


def wait(
    ask: Callable[[], Answer], done: Callable[[Answer], bool], seconds: float, pause: float = 0.5
) -> Answer:
    """Ask again and again until `done`; the last answer, done or not."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if done(answer) or time.monotonic() > end:
            return answer
        time.sleep(pause)
