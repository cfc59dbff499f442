"""The worker's own turns (bringing back jobs, checkpoints) outlast a database that is away for a while."""

import asyncio

import pytest
from django.db import OperationalError

from ziyuan.kernel.jobs.worker import _again


def test_a_failed_turn_is_told_and_the_next_one_comes(caplog):
    turns = []

    async def step() -> None:
        turns.append(len(turns))
        if len(turns) == 1:
            raise OperationalError("server closed the connection")
        if len(turns) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_again(0.0, step))
    assert turns == [0, 1, 2]
    assert "将重试" in caplog.text
