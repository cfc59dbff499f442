"""Duty (责任方): who has to see to a finding: the submitter, the reviewer, or the platform itself."""

from ziyuan.onemap.quality.finding import Finding

TITLES = {"submitter": "汇交单位", "reviewer": "审核人员", "platform": "平台"}
_BY_SEVERITY = {"error": "submitter", "warning": "reviewer", "note": "submitter"}
_OWN_SIDE = frozenset({
    "ZY-SBX-001", "ZY-SBX-002", "ZY-SBX-003", "ZY-SBX-005",  # walls, a limit, a crash, a broken answer of our own reader
    "ZY-DLV-041",  # a check that ended without a result
})  # fmt: skip
"""Faults that the platform's own side may have caused, whatever the file is like."""


def duty_of(finding: Finding) -> str:
    """submitter, reviewer or platform: an error must be mended, a warning looked at; what we could not do is ours."""
    return finding.duty or ("platform" if finding.rule in _OWN_SIDE else _BY_SEVERITY[finding.severity])
