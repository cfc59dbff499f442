"""This node is the inner one; its outer peer is a key pair of the test, so that each side's packages can be made."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from ziyuan.base import sm

SPOOL = ("in", "out", "ready", "sent", "done", "bad")


@pytest.fixture(scope="session")
def outer_key() -> bytes:
    """Private key (PEM) of the peer `outer`, whose public key this node knows."""
    from ziyuan.kernel import service as kernel

    private, public = sm.provider().sm2_generate()
    kernel.node().peers["outer"] = public.decode()
    return private


@pytest.fixture
def spool(db, outer_key):
    """The spool folders, empty before and after."""
    from ziyuan.kernel import service as kernel

    root = kernel.node().data / "spool"
    shutil.rmtree(root, ignore_errors=True)
    for name in SPOOL:
        kernel.node().folder("spool", name)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def post(spool, outer_key) -> Callable[..., bytes]:
    """`post(kind, message)`: the outer node's next package, laid into `in`. Keeps number and head itself."""
    from ziyuan.exchange.pack import GENESIS, file_name
    from ziyuan.exchange.package import build
    from ziyuan.kernel import service as kernel

    at = {"seq": 0, "head": GENESIS}

    def make(
        kind: str = "application.rated",
        message: dict[str, Any] | None = None,
        files: dict[str, bytes] | None = None,
        *,
        lay: bool = True,
        key: bytes = b"",
        to: bytes = b"",
        **header: Any,
    ) -> bytes:
        told = {
            "version": 1,
            "stream": "outer-inner",
            "seq": at["seq"] + 1,
            "prev_head": at["head"],
            "created": "2026-11-25T08:00:00+00:00",
            "sender": "outer",
            "recipient": "inner",
            "grade": 3,
            "kind": kind,
            **header,
        }
        sign = sm.provider().sm2_private(key or outer_key)
        named = {sm.sm3(b).hex(): b for b in (files or {}).values()}
        body, head = build(
            told,
            message or {"no": "AH-0", "level": 5, "text": ""},
            named,
            to or kernel.public_key("inner"),
            lambda payload: sm.provider().sm2_sign(sign, payload),
        )
        if not header:
            at.update(seq=at["seq"] + 1, head=head)
        if lay:
            (spool / "in" / file_name(told["stream"], told["seq"])).write_bytes(body)
        return body

    return make
