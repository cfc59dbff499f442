"""A command is carried out once; two commands stay two, however long and alike they are."""

from ziyuan.workflow.cases.lock import LONGEST, command_key, first_time


def test_a_command_is_new_once_for_each_object(db):
    assert first_time("a", "case", 1)
    assert not first_time("a", "case", 1)
    assert first_time("a", "case", 2) and first_time("a", "application", 1)
    assert first_time("", "case", 1) and first_time("", "case", 1), "without a command every request is a new one"


def test_long_commands_with_one_beginning_are_told_apart(db):
    assert first_time("x" * 200 + "1", "case", 1)
    assert first_time("x" * 200 + "2", "case", 1)
    assert not first_time("x" * 200 + "1", "case", 1)
    assert all(len(command_key("application", 10**12, "x" * n)) <= LONGEST for n in (0, 40, 54, 55, 80, 5000))
