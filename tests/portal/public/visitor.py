"""A browser without script: opens pages, fills in their forms, sends what the page would send; forgery checks on."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html


class Visitor:
    """`page` is the tree of the last page that had one, `text` its words."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.page: Any = None

    def open(self, path: str, **headers: str) -> Any:
        return self._seen(self.client.get(path, headers=headers))

    def submit(self, action: str, files: dict[str, tuple[str, bytes]] | None = None, **values: Any) -> Any:
        """Send the form with that action as the page shows it, with these fields filled in."""
        form = self.form(action)
        sent = {k: "" if v is None else v for k, v in form.form_values()}
        known = {e.get("name") for e in form.iter("input", "select", "textarea")}
        unknown = (set(values) | set(files or {})) - known
        assert not unknown, f"{action} has no field {unknown}"
        uploads = {k: SimpleUploadedFile(name, data) for k, (name, data) in (files or {}).items()}
        return self._seen(self.client.post(action, {**sent, **values, **uploads}))

    def form(self, action: str) -> Any:
        found = [f for f in self.page.iter("form") if (f.get("action") or self.path) == action and f.get("id") != "draw"]
        assert found, f"{self.path} has no form for {action}"
        return found[-1] if action == self.path else found[0]

    def follow(self, response: Any) -> Any:
        assert response.status_code == 302, response.status_code
        return self.open(response["Location"])

    @property
    def text(self) -> str:
        return " ".join(self.page.find("body").text_content().split())

    def _seen(self, response: Any) -> Any:
        self.path = response.request["PATH_INFO"]
        if response["Content-Type"].startswith("text/html") and response.content:
            self.page = html.fromstring(response.content.decode())
        return response
