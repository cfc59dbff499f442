"""The gate knows every act a node may allow, and what each needs in the drawing and in the matter's text."""

import pytest

from tests.workflow.gate.test_carried import small, told  # noqa: F401  (small is a fixture)
from tests.workflow.gate.test_check import MATTER, PROCESS, pack, plant  # noqa: F401  (pack is a fixture)
from tests.workflow.small_matter import ALLOW, process

EVERY = "agree refuse return recall correct handover add_before add_after remove delegate jump terminate accept_gap"
ENDINGS = "terminations: {gone: {title: 申请人主体消灭, basis: 示例依据 第一条}}\n"
LAND = ' zy:jump="true"'
PAPER = "{id: location_map, title: 选址位置图, required: false"
DAYS = "gap_days: use_control.site_review.notify_days"


@pytest.fixture
def rich(small):  # noqa: F811
    """The small matter with every act allowed and what they need written down."""
    text = process().replace(ALLOW, f'zy:allow="{EVERY}"')
    text = text.replace('zy:item="reviewer"', 'zy:item="reviewer" zy:weight="1" zy:veto="loopCounter = 1"')
    review = '<userTask id="review" name="会签" zy:role="county_chief" zy:level="county" zy:result="votes" zy:allow="'
    text = text.replace(review, review + "add_seat ")
    text = text.replace('id="accept"', f'id="accept"{LAND}')
    (small / PROCESS).write_text(text, encoding="utf-8")
    plant(small, MATTER, "messages: ", ENDINGS + "messages: ")
    plant(small, MATTER, PAPER, f"{PAPER}, {DAYS}")
    return small


def test_every_act_passes_where_what_it_needs_is_written(rich):
    assert told(rich) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (PROCESS, LAND, "", "没有写明可以跳到哪里"),
        (PROCESS, LAND, ' zy:jump="yes"', "zy:jump 应为 true 或 false"),
        (PROCESS, 'id="sign"', f'id="sign"{LAND}', "“签发”在子流程内"),
        (PROCESS, 'id="note"', f'id="note"{LAND}', "“登记回复”在并行分支内"),
        (PROCESS, 'id="granted"', f'id="granted"{LAND}', "不是人工环节"),
        (PROCESS, 'id="review"', f'id="review"{LAND}', ""),
        (PROCESS, LAND, f'{LAND} zy:own="true"', ""),
        (PROCESS, LAND, f'{LAND} zy:own="yes"', "zy:own 只能写在人工环节上,应为 true 或 false,不是“yes”"),
        (PROCESS, 'id="granted"', 'id="granted" zy:own="true"', "zy:own 只能写在人工环节上"),
        (MATTER, ENDINGS, "", "没有写明终止的种类"),
        (MATTER, ", basis: 示例依据 第一条}", "}", "terminations.gone.basis"),
        (MATTER, f", {DAYS}", "", "没有一种材料可以容缺"),
        (MATTER, DAYS, "gap_days: use_control.site_review.valid_months", "不是以工作日计的参数"),
        (MATTER, DAYS, "gap_days: nothing", "不是以工作日计的参数"),
        (PROCESS, "add_seat agree", "agree", ""),
        (PROCESS, f'zy:level="city" zy:allow="{EVERY}"', 'zy:level="city" zy:allow="add_seat agree"', "只有会签"),
        (PROCESS, f'zy:level="city" zy:allow="{EVERY}"', 'zy:level="city" zy:allow="advise agree"', "由平台给出"),
        (PROCESS, f'zy:level="city" zy:allow="{EVERY}"', 'zy:level="city" zy:allow="add_befor agree"', "没有动作“add_befor”"),
        (PROCESS, 'zy:level="city" zy:allow', 'zy:weight="2" zy:level="city" zy:allow', "才有权重和否决权"),
        (PROCESS, 'zy:weight="1"', 'zy:weight="if lead then 3 else 1"', "lead"),
        (PROCESS, 'zy:veto="loopCounter = 1"', 'zy:veto="loopCounter ="', "否决权"),
        (PROCESS, "agreed / total", "agreed_weight / total_weight", ""),
        (PROCESS, "agreed / total", "agreed_weigth / total_weight", "最接近的是“agreed_weight”"),
    ],
)
def test_an_act_without_what_it_needs_is_refused_where_it_stands(rich, file, old, new, says):
    plant(rich, file, old, new)
    found = told(rich)
    assert bool(found) == bool(says), found
    assert not says or any(says in one for one in found), found


def test_a_fault_at_a_node_says_the_line_and_the_remedy(rich):
    plant(rich, PROCESS, f'zy:level="city" zy:allow="{EVERY}"', 'zy:level="city" zy:allow="add_seat agree"')
    (found,) = told(rich)
    line = next(n for n, text in enumerate((rich / PROCESS).read_text().splitlines(), 1) if 'id="sign"' in text)
    assert f"第 {line} 行 sign" in found
    assert "add_before、add_after" in found
