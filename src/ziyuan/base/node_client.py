"""A plain client of a node's HTTP door, standard library only: sign in, JSON, uploads, downloads."""

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ziyuan.base.errors import UserError, reason_of

Answer = dict[str, Any]
COOKIE = "zy_session"
WAIT_SECONDS = 20.0  # how long a node that is just starting is given


class NodeRefused(UserError):
    """A node answered a request with an error; its own words are passed on."""

    code = "ZY-SMP-003"
    remedy = "请按节点给出的提示处理后重试。"

    def __init__(self, status: int, path: str, answer: dict[str, object]) -> None:
        said = answer.get("message") or "没有说明原因"
        super().__init__(
            f"节点拒绝了 {path}(HTTP {status}):{answer.get('code', '')} {said}",
            remedy=str(answer.get("remedy") or self.remedy), status=status, answer=answer,
        )  # fmt: skip
        self.status_given = status
        self.answer = answer


class NodeSilent(UserError):
    """A node does not answer."""

    code = "ZY-SMP-004"
    remedy = "请运行 ./ziyuan status 看节点是否在运行,必要时运行 ./ziyuan up。"

    def __init__(self, url: str, reason: object) -> None:
        said = reason_of(reason) if isinstance(reason, OSError) else reason
        super().__init__(f"连接不上节点 {url}:{said}。", url=url)


class AddressWrong(UserError):
    """The address of a node is none."""

    code = "ZY-SMP-007"
    remedy = "节点地址写成 http://127.0.0.1:8100 的样子。"

    def __init__(self, url: str) -> None:
        super().__init__(f"“{url}”不是节点地址。", url=url)


class Client:
    """One signed-in person at one node."""

    def __init__(self, url: str, user: str = "", password: str = "") -> None:
        self.url = url.rstrip("/")
        if not re.match(r"https?://[^/\s]+", self.url):
            raise AddressWrong(url)
        self.token = ""
        if user:
            self.token = self.post("/api/login", {"user": user, "password": password})["token"]

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a page."""
        return json.loads(self.download(path, **query))

    def download(self, path: str, **query: Any) -> bytes:
        """Bytes of a page."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._send("GET", path + ("?" + urllib.parse.urlencode(asked) if asked else ""))

    def page(self, path: str) -> bytes:
        """A page of the public site, which knows a person by cookie."""
        return self._send("GET", path, cookie=f"{COOKIE}={self.token}")

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send JSON, get JSON."""
        return self._json("POST", path, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Replace by JSON, get JSON."""
        return self._json("PUT", path, body)

    def _json(self, method: str, path: str, body: Mapping[str, Any] | None) -> Any:
        raw = json.dumps(body or {}, ensure_ascii=False).encode()
        return json.loads(self._send(method, path, raw, "application/json") or b"null")

    def upload(self, path: str, file: Path | tuple[str, bytes], **fields: str) -> Any:
        """Send a file with form fields, get JSON."""
        name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        raw = b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
        return json.loads(self._send("POST", path, raw, f"multipart/form-data; boundary={boundary}"))

    def patch(self, path: str, body: bytes, **headers: str) -> None:
        """Send one part of an upload; header names with `_` for `-`."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self._send("PATCH", path, body, "application/offset+octet-stream", more=told)

    def delete(self, path: str) -> None:
        """Take something away."""
        self._send("DELETE", path)

    def _send(
        self, method: str, path: str, body: bytes | None = None, media: str = "", cookie: str = "",
        more: Mapping[str, str] | None = None,
    ) -> bytes:
        headers = {"Accept": "application/json, */*", **(more or {})}
        if cookie:
            headers["Cookie"] = cookie
        elif self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if media:
            headers["Content-Type"] = media
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers)  # noqa: S310
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                raise NodeRefused(error.code, path, _said(error.read())) from None
            except (urllib.error.URLError, ConnectionError) as error:
                if time.monotonic() > end:
                    raise NodeSilent(self.url, getattr(error, "reason", error)) from None
                time.sleep(0.3)


def _said(raw: bytes) -> Answer:
    try:
        answer = json.loads(raw)
    except ValueError:
        page = raw.lstrip()[:1] == b"<"
        return {"message": "应答不是本平台的,请核对节点地址" if page else raw[:200].decode("utf-8", "replace")}
    return answer if isinstance(answer, dict) else {"message": str(answer)}
