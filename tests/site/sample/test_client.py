"""The client against a real small server on this machine."""

import errno
import json
import socket
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ziyuan.base import node_client
from ziyuan.base.errors import UserError
from ziyuan.site.sample.client import Client, account_of, wait
from ziyuan.site.sample.errors import AccountMissing, NodeRefused, NodeSilent


class Echo(BaseHTTPRequestHandler):
    """Answers with what it got; /api/refuse refuses."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    do_PUT = do_POST

    def _answer(self, body: bytes) -> None:
        if self.path == "/api/refuse":
            return self._send(
                409, {"code": "ZY-DLV-001", "message": "已有一次汇交", "remedy": "先撤回", "facts": {}}
            )
        if self.path == "/api/login":
            return self._send(200, {"token": f"token of {json.loads(body)['user']}"})
        told: Message = self.headers
        self._send(200, {"path": self.path, "method": self.command, "body": body.decode("utf-8", "replace"),
                         "media": told["Content-Type"], "bearer": told["Authorization"], "cookie": told["Cookie"]})  # fmt: skip

    def _send(self, status: int, answer: dict) -> None:
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_signed_in_client_sends_its_token_and_json_in_utf8(url):
    told = Client(url, "data340123", "secret").post("/api/x", {"opinion": "同意"})
    assert told["bearer"] == "Bearer token of data340123"
    assert json.loads(told["body"]) == {"opinion": "同意"}


def test_a_page_of_the_public_site_is_asked_for_with_the_cookie(url):
    told = json.loads(Client(url, "company", "secret").page("/my/1/"))
    assert told["cookie"] == "zy_session=token of company"
    assert told["bearer"] is None


def test_an_upload_carries_the_file_and_the_fields(url, tmp_path):
    package = tmp_path / "340123-2024.zip"
    package.write_bytes(b"PK content")
    told = Client(url).upload("/api/deliveries", package, county="340123", period="2024")
    assert told["media"].startswith("multipart/form-data")
    for part in (
        'name="county"\r\n\r\n340123',
        'name="period"\r\n\r\n2024',
        'filename="340123-2024.zip"',
        "PK content",
    ):
        assert part in told["body"]


def test_queries_are_encoded_and_empty_ones_left_out(url):
    assert Client(url).get("/api/cases", q="肥西", after=None)["path"] == "/api/cases?q=%E8%82%A5%E8%A5%BF"


def test_a_refusal_says_what_the_node_said_and_what_to_do(url):
    with pytest.raises(NodeRefused, match="ZY-DLV-001 已有一次汇交") as caught:
        Client(url).post("/api/refuse")
    assert caught.value.remedy == "先撤回"
    assert caught.value.status_given == 409


def test_a_node_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(node_client, "WAIT_SECONDS", 0.0)
    with pytest.raises(NodeSilent, match=r"127\.0\.0\.1:9"):
        Client("http://127.0.0.1:9").get("/api/health")


def test_the_account_of_a_role_and_region_is_found_or_missed_by_name():
    accounts = [{"role": "data_officer", "region": "340123", "user": "a"}]
    assert account_of(accounts, "data_officer", "340123")["user"] == "a"
    with pytest.raises(AccountMissing, match="340121"):
        account_of(accounts, "data_officer", "340121")


def test_waiting_ends_with_the_last_answer_whether_done_or_not():
    answers = iter([{"n": 1}, {"n": 2}, {"n": 3}])
    assert wait(lambda: next(answers), lambda a: a["n"] == 2, seconds=5, pause=0) == {"n": 2}
    assert wait(lambda: {"n": 0}, lambda a: False, seconds=0, pause=0) == {"n": 0}


def test_an_address_that_is_none_is_told_at_once():
    with pytest.raises(UserError) as refused:
        Client("notaurl")
    assert refused.value.code == "ZY-SMP-007"


def test_a_closed_port_and_an_unknown_host_are_told_in_chinese():
    assert "端口未开" in str(NodeSilent("http://a", ConnectionRefusedError(errno.ECONNREFUSED, "refused")))
    assert "没有这个主机" in str(NodeSilent("http://a", socket.gaierror(-2, "unknown")))
