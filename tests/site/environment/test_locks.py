"""Lock files: every package pinned with hashes, nothing said about where it comes from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_package_is_pinned_and_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    packages = re.findall(
        r"^([A-Za-z0-9._-]+(?:\[[a-z,]+\])?==\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
        text,
        re.M,
    )
    starts = re.findall(r"^[A-Za-z0-9]", text, re.M)
    assert len(packages) == len(starts) > 20


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_no_download_address_is_written_down(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.lock").read_text()
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_what_runs_is_tested_in_the_same_version() -> None:
    pinned = {
        name: dict(
            re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements" / f"{name}.lock").read_text(), re.M)
        )
        for name in ("runtime", "dev")
    }
    assert pinned["runtime"].items() <= pinned["dev"].items()


def test_npm_packages_carry_digests_and_no_address() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 50
