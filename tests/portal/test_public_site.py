"""The public site's own tests, run in a process that is an outer node."""

import os
import subprocess
import sys

from tests.support.database import ROOT


def test_the_public_site_keeps_its_promises():
    own = ("ZIYUAN_NODE", "ZIYUAN_OWNER", "DJANGO_SETTINGS_MODULE")  # of this process's inner node
    env = {**{k: v for k, v in os.environ.items() if k not in own}, "ZIYUAN_TEST_ZONE": "outer"}
    argv = [sys.executable, "-m", "pytest", "tests/portal/public", "-q", "-x"]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
