"""What the law exempts is dated and sourced; a matter narrows it by its list and widens it only by citing a law."""

from datetime import date

import pytest

from ziyuan.workflow.clocks import law

DAY = date(2026, 3, 4)
BY_ARTICLE_45 = {"听证", "招标拍卖挂牌", "检验检测鉴定", "专家评审"}  # 行政许可法 第四十五条
ALL = BY_ARTICLE_45 | {"补正", "公示", "现场勘验", "征求意见", "政府原因或不可抗力", "特别程序"}


def matter(*stops):
    return {"stops": list(stops)}


def test_the_ten_types_are_known_and_only_the_four_of_article_45_have_a_read_source():
    assert set(law.kinds()) == ALL
    read = {kind for kind in ALL if law.exemption(matter(*ALL), kind, DAY).basis}
    assert read == BY_ARTICLE_45


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_type_the_matter_does_not_allow_stops_nothing(kind):
    found = law.exemption(matter(*(ALL - {kind})), kind, DAY)
    assert (found.counts, found.why) == (False, "本事项没有规定这种停计时,只作记录")


@pytest.mark.parametrize("kind", ["公示", "现场勘验", "征求意见", "特别程序"])
def test_what_the_general_law_does_not_exempt_needs_a_law_that_the_matter_cites(kind):
    plain = law.exemption(matter(kind), kind, DAY)
    cited = law.exemption(matter({"kind": kind, "basis": "某条例 第三条"}), kind, DAY)
    assert (plain.counts, cited.counts, cited.basis) == (False, True, "某条例 第三条")


def test_before_the_law_was_in_force_nothing_is_guessed():
    assert law.exemption(matter("听证"), "听证", date(2004, 6, 30)).counts is False
    assert law.exemption(matter("听证"), "听证", date(2004, 7, 1)).counts is True


def test_the_extension_and_the_lamp_are_figures_with_a_day():
    assert (law.longest_extension(DAY), law.yellow_share(DAY)) == (10, 3)
