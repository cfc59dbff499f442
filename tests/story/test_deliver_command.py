"""`ziyuan map deliver` and `ziyuan map receipt` against a real node: states, exit codes, receipts, going on after a break."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.story.conftest import COUNTY
from tests.support import nodes as running

pytestmark = pytest.mark.story


@pytest.fixture
def deliver(nodes):
    """`deliver(file, …)`: the command, waiting; (exit code, standard output, error output)."""

    def go(*given, period="2024", kind="precursor", county=COUNTY):
        done = nodes.manage("inner", "map", "deliver", *map(str, given), "--mandate", "survey_county", "--county", county,
                            "--period", period, "--kind", kind)  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return go


def test_a_lawful_package_is_passed_with_a_receipt_that_verifies(nodes, deliver, packages_of, sealed, tmp_path):
    code, out, err = deliver(packages_of(min(sealed)), "--wait", "--json", period=min(sealed))
    assert code == 0, (out, err)
    told = json.loads(out)
    assert (told["state"], told["errors"], told["kind"]) == ("accepted", 0, "precursor")
    assert told["file"]["name"] == packages_of(min(sealed)).name and "上传" in err
    for change, wanted in (({}, 0), ({"period": "2023"}, 1), ({"signature": "AAAA"}, 1), ({"kind": "other"}, 1)):
        path = tmp_path / "回执.json"
        path.write_text(json.dumps({**told["receipt"], **change}), encoding="utf-8")
        shown = nodes.manage("inner", "map", "receipt", str(path))
        assert (shown.returncode, shown.stdout.startswith("有效")) == (wanted, wanted == 0), shown.stderr
        assert wanted == 0 or "ZY-CLI-004" in shown.stderr
    key = tmp_path / "node.pub"
    key.write_bytes((nodes.folder / "inner" / "keys" / "node.pub").read_bytes())
    path.write_text(json.dumps(told["receipt"]), encoding="utf-8")
    assert nodes.manage("outer", "map", "receipt", str(path), "--key", str(key), "--json").stdout.startswith('{"valid": true')


def test_exit_codes_tell_findings_usage_and_what_cannot_be_read(deliver, packages, sealed, tmp_path):
    faulty = next(packages.glob(f"{COUNTY}-2024-faulty.zip"))
    code, out, _err = deliver(faulty, "--wait")
    assert code == 1 and "已退回" in out and "错误" in out
    rubbish = tmp_path / "成果.zip"
    rubbish.write_bytes(b"no archive")
    assert deliver(rubbish, "--wait")[0] == 11
    assert deliver(tmp_path / "nothing.zip")[0] == 2
    assert deliver(rubbish, period="1999")[0] == 2
    code, _out, err = deliver(rubbish, county="340121", kind="filing")
    assert code == 2 and "filing" in err
    assert deliver(rubbish, "--url", "http://127.0.0.1:9")[0] == 11
    password = tmp_path / "password"
    password.write_text("wrong\n")
    assert deliver(rubbish, "--user", f"data{COUNTY}", "--password-file", password)[0] == 2


def test_a_sender_that_was_killed_goes_on_where_the_node_stands(nodes, sign_in, sealed, tmp_path):
    large = tmp_path / "大包.zip"
    large.write_bytes(b"\0" * (90 << 20))
    argv = [sys.executable, "-m", "ziyuan.site.cli", "map", "deliver", str(large), "--mandate", "survey_county",
            "--county", COUNTY, "--period", "2024", "--kind", "precursor"]  # fmt: skip
    officer = sign_in(f"data{COUNTY}")
    sender = subprocess.Popen(argv, env=nodes.environment("inner"), cwd=running.ROOT, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not any(u["offset"] for u in officer.get("/api/uploads")["items"]) and time.monotonic() < end:
        time.sleep(0.01)
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    (stopped,) = officer.get("/api/uploads", county=COUNTY)["items"]
    assert 0 < stopped["offset"] < stopped["size"]
    done = subprocess.run([*argv, "--wait", "--json"], env=nodes.environment("inner"), cwd=running.ROOT, text=True,
                          capture_output=True, check=False)  # fmt: skip
    told = json.loads(done.stdout)
    assert done.returncode == 11 and told["delivery"] == stopped["delivery"], done.stderr
    assert officer.get("/api/uploads")["items"] == []
