"""A whole running installation for story tests: both nodes, workers, exchange, sample province, on free ports."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 600


class Installation:
    """Started by the same command a person uses, in a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.ports = [free_port(), free_port()]

    def command(self, *arguments: str, seconds: float = START_SECONDS) -> subprocess.CompletedProcess[str]:
        """`./ziyuan …` of this installation."""
        env = {**os.environ, "ZIYUAN_STATE": str(self.state)}
        for name in ("ZIYUAN_NODE", "ZIYUAN_OWNER", "DJANGO_SETTINGS_MODULE", "PYTHONPATH"):
            env.pop(name, None)
        return subprocess.run(
            [str(ROOT / "ziyuan"), *arguments],
            env=env,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self) -> None:
        done = self.command(
            "up", "-d", "--port-inner", str(self.ports[0]), "--port-outer", str(self.ports[1])
        )
        if done.returncode:
            pytest.fail(f"./ziyuan up -d:\n{done.stdout}\n{done.stderr}")

    def told(self) -> dict[str, Any]:
        """What `status --json` says."""
        return json.loads(self.command("status", "--json").stdout)

    def url(self, node: str) -> str:
        return next(n["url"] for n in self.told()["nodes"] if n["name"] == node)

    def account(self, role: str, region: str = "") -> dict[str, str]:
        """The sample account of a role, in a region where one is named."""
        found = (a for a in self.told()["accounts"] if a["role"] == role and region in ("", a["region"]))
        return next(found)

    def processes(self) -> dict[str, dict[str, Any]]:
        """Every supervised process: pid, restarts."""
        groups = [json.loads(path.read_text()) for path in (self.state / "run").glob("*/state.json")]
        return {name: child for group in groups for name, child in group["processes"].items()}

    def health(self, node: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url(node)}/api/health", timeout=10) as answer:
            return json.loads(answer.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def running() -> Iterator[Installation]:
    """Both nodes with the sample province, started once for the whole test run."""
    if "ZIYUAN_VENV" not in os.environ:
        pytest.skip("完整故事由 ./ziyuan test 运行(它准备好环境和工作台)")
    state = Path(tempfile.mkdtemp(prefix="ziyuan-story-"))
    state.chmod(0o755)
    installation = Installation(state)
    try:
        installation.start()
        yield installation
    finally:
        installation.command("down")
        shutil.rmtree(state, ignore_errors=True)
