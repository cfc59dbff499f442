"""A slow run loses nobody: whoever was idle signs in again, at the door and in the browser."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.support.browsing import Person
from tests.support.staying import AGAIN, Staying
from ziyuan.base.node_client import Client, NodeRefused
from ziyuan.kernel.identity.signin import IDLE


class Door(ThreadingHTTPServer):
    """A node's door that ends sessions as the platform does, by a clock that the test moves."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.now, self.seen, self.signed_in = 0.0, dict[str, float](), 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Asked(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        self.server.signed_in += 1
        token = f"token{self.server.signed_in}"
        self.server.seen[token] = self.server.now
        self.answer(200, {"token": token})

    def do_GET(self) -> None:
        cookie = self.headers.get("Cookie", "").partition("=")[2]
        token = cookie or self.headers.get("Authorization", "").removeprefix("Bearer ")
        alive = self.server.now - self.server.seen.get(token, -1e9) <= IDLE.total_seconds()
        self.server.seen[token] = self.server.now if alive else -1e9
        self.answer(200 if alive else 401, {"ok": alive})

    def answer(self, status: int, told: dict[str, object]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, *_said: object) -> None:
        return None


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.shutdown()
    made.server_close()


def test_a_client_that_was_idle_signs_in_again_and_a_busy_one_does_not(door):
    who = Staying(door.url, "clerk340123", "secret", clock=lambda: door.now)
    for _ in range(5):
        door.now += AGAIN - 1
        assert who.get("/api/me")["ok"]
    assert door.signed_in == 1, "as long as he works one session serves"
    for ask in (lambda: who.get("/api/me"), lambda: json.loads(who.page("/my/"))):
        door.now += IDLE.total_seconds() + 1
        assert ask()["ok"]
    assert door.signed_in == 3


def test_without_it_a_client_that_was_idle_is_refused(door):
    who = Client(door.url, "clerk340123", "secret")
    door.now += IDLE.total_seconds() + 1
    with pytest.raises(NodeRefused, match="401"):
        who.get("/api/me")


def test_the_margin_is_well_below_the_end_of_a_session():
    assert IDLE.total_seconds() > 2 * AGAIN


class Page:
    """What a person needs of a page to go somewhere."""

    def __init__(self) -> None:
        self.gone: list[str] = []
        self.context = self

    def goto(self, address: str) -> None:
        self.gone.append(address)

    def clear_cookies(self) -> None:
        self.gone.append("cookies cleared")

    def set_default_timeout(self, _patience: int) -> None: ...

    def on(self, _what: str, _act: object) -> None: ...

    def wait_for_load_state(self, _state: str) -> None: ...


def test_a_person_at_a_browser_signs_in_again_before_he_goes_on():
    page, moment = Page(), [0.0]
    who = Person(page, "http://node", clock=lambda: moment[0])
    who.signs_in = lambda one: one.go("/login")
    who.go("/tasks")
    moment[0] += AGAIN - 1
    who.go("/tasks")
    moment[0] += AGAIN + 1
    who.go("/cases/1")
    assert page.gone == ["http://node/tasks"] * 2 + ["cookies cleared", "http://node/login", "http://node/cases/1"]
