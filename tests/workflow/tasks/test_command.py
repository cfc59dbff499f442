"""A command id stands for one act: a repeat of that act answers like the first, another act is not swallowed."""

from ziyuan.workflow.cases.lock import first_time


def test_a_repeat_of_the_same_act_is_known(db):
    assert first_time("agree:c1", "case", 1)
    assert not first_time("agree:c1", "case", 1)


def test_the_same_id_for_another_act_or_another_case_is_new(db):
    assert first_time("agree:c1", "case", 1)
    assert first_time("recall:c1", "case", 1)
    assert first_time("agree:c1", "case", 2)
