"""Every act a person may be refused, and every act the audit shows, has an officer's word."""

import re
from pathlib import Path

from ziyuan.kernel import errors
from ziyuan.kernel import service as kernel
from ziyuan.kernel.identity.titles import ACTS

SOURCE = Path(kernel.__file__).parents[1]


def test_every_permission_has_a_word():
    assert set(kernel.permissions()) <= set(ACTS)


def test_every_recorded_act_has_a_word():
    named = re.compile(r'record\(\s*[\w.]+,\s*"([a-z_]+\.[a-z_]+)"')
    told = {a for p in SOURCE.rglob("*.py") for a in named.findall(p.read_text(encoding="utf-8"))}
    assert told and told <= set(ACTS)


def test_a_refusal_speaks_in_the_officers_words():
    assert str(errors.NotAllowed("delivery.accept", "340123")) == "您的岗位无权“验收汇交”(行政区 340123)。"
