"""A person's client that outlives a long run: a session ends after some idle minutes, so he signs in again before that."""

import time
from collections.abc import Callable
from typing import Any

from ziyuan.site.sample.client import Client

AGAIN = 300.0  # seconds without a request; a session ends after `kernel.identity.signin.IDLE`


class Staying(Client):
    """A client that signs in again when it was not used for `AGAIN` seconds, whoever holds it."""

    def __init__(self, url: str, user: str, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._login, self._clock, self._used = {"user": user, "password": password}, clock, clock()
        super().__init__(url, user, password)

    def page(self, path: str) -> bytes:
        """A page of the public site; the cookie is that of a session that lives."""
        self._stay()
        return super().page(path)

    def _send(self, *asked: Any, **more: Any) -> bytes:
        self._stay()
        return super()._send(*asked, **more)

    def _stay(self) -> None:
        idle, self._used = self._clock() - self._used, self._clock()
        if self.token and idle > AGAIN:
            self.token = ""
            self.token = self.post("/api/login", self._login)["token"]
