"""A whole installation: up, what it says, what survives, down."""

import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.installation import Installation

pytestmark = pytest.mark.story
PARTS = {f"{node}-{part}" for node in ("inner", "outer") for part in ("web", "worker", "exchange")} | {
    "ferry",
    "database",
}


def until(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def test_both_nodes_answer_as_healthy(running: Installation) -> None:
    assert running.health("inner")["zone"] == "inner"
    assert running.health("outer")["zone"] == "outer"
    assert until(lambda: running.health("inner")["ok"] and running.health("outer")["ok"], 180.0)


def test_status_for_programs_has_exactly_the_agreed_form(running: Installation) -> None:
    told = running.told()
    assert set(told) == {"nodes", "accounts"}
    assert [set(node) for node in told["nodes"]] == [{"name", "zone", "url"}] * 2
    assert all(set(account) == {"user", "password", "role", "region", "node"} for account in told["accounts"])
    assert {node["name"] for node in told["nodes"]} == {"inner", "outer"}


def test_every_process_runs_and_none_as_root(running: Installation) -> None:
    children = running.processes()
    assert set(children) == PARTS
    owners = {os.stat(f"/proc/{child['pid']}").st_uid for child in children.values()}
    assert 0 not in owners


def test_no_password_stands_in_arguments_or_environment(running: Installation) -> None:
    secrets = {account["password"] for account in running.told()["accounts"]}
    text = (running.state / "nodes" / "inner.json").read_text()
    secrets |= set(re.findall(r'"(?:password|secret_key)": "([^"]+)"', text))
    for child in running.processes().values():
        for part in ("cmdline", "environ"):
            seen = Path(f"/proc/{child['pid']}/{part}").read_text(errors="replace")
            assert not [secret for secret in secrets if secret in seen]


@pytest.mark.parametrize(
    "path", ["nodes/inner.json", "nodes/outer.json", "nodes/inner/accounts.json", "nodes/inner/keys/node.pem"]
)
def test_what_is_secret_is_readable_by_its_owner_alone(running: Installation, path: str) -> None:
    assert (running.state / path).stat().st_mode & 0o077 == 0


def test_each_node_knows_the_other_by_its_key(running: Installation) -> None:
    public = (running.state / "nodes" / "outer" / "keys" / "node.pub").read_text()
    assert public.replace("\n", "\\n") in (running.state / "nodes" / "inner.json").read_text()


def test_a_second_start_takes_seconds(running: Installation) -> None:
    started = time.monotonic()
    done = running.command("up", "-d")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 30
    assert running.url("inner") in done.stdout


def test_a_second_start_draws_no_new_passwords(running: Installation) -> None:
    before = running.told()["accounts"]
    running.command("up", "-d")
    assert running.told()["accounts"] == before


@pytest.mark.parametrize("name", ["inner-web", "inner-worker", "outer-exchange", "ferry", "database"])
def test_a_killed_process_comes_back_and_the_node_is_well_again(running: Installation, name: str) -> None:
    before = running.processes()[name]
    os.kill(before["pid"], signal.SIGKILL)
    assert until(lambda: running.processes()[name]["pid"] not in (None, before["pid"]))
    well = until(lambda: running.health("inner")["ok"] and running.health("outer")["ok"], 180.0)
    assert well, [running.health(node) for node in ("inner", "outer")]


def test_the_workbench_is_served_by_the_inner_node(running: Installation) -> None:
    with urllib.request.urlopen(f"{running.url('inner')}/", timeout=10) as answer:
        assert 'id="app"' in answer.read().decode()


def test_an_unknown_log_is_refused_with_the_known_names(running: Installation) -> None:
    refused = running.command("logs", "nosuch")
    assert refused.returncode == 2
    assert "inner-web" in refused.stderr


def test_logs_show_the_named_process(running: Installation) -> None:
    assert "inner-web" in running.command("logs", "inner-web", "-n", "1000").stdout


def test_reset_without_a_terminal_or_consent_deletes_nothing(running: Installation) -> None:
    assert running.command("reset").returncode == 1
    assert until(lambda: running.health("inner")["ok"])


def test_a_platform_command_gets_the_inner_node_quickly(running: Installation) -> None:
    started = time.monotonic()
    done = running.command("feel", "--help")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 15


def test_one_process_listens_on_each_port_and_only_on_this_machine(running: Installation) -> None:
    table = Path("/proc/net/tcp").read_text()
    for port in running.ports:
        assert f"0100007F:{port:04X}" in table
        assert f"00000000:{port:04X}" not in table


def test_one_supervisor_watches_each_group(running: Installation) -> None:
    seen = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    mine = [line for line in seen if str(running.state).encode() in line]
    assert len([line for line in mine if b"environment.supervisor" in line]) == 2
