"""How the public pages write the progress of an application."""

from ziyuan.portal.templatetags.written import steps


def told(*progress):
    return [{"status": status, **({"note": note} if note else {})} for status, note in progress]


def test_work_going_on_at_another_desk_is_no_news_and_a_note_on_the_limit_is():
    progress = told(
        ("已收件", ""), ("办理中", ""), ("办理中", ""), ("办理中", "停止计时:听证"), ("办理中", ""), ("已批准", "")
    )
    shown = [(step["status"], step.get("note", "")) for step in steps(progress)]
    assert shown == [("已收件", ""), ("办理中", ""), ("办理中", "停止计时:听证"), ("已批准", "")]


def test_what_comes_again_after_something_else_is_shown_again():
    progress = told(("办理中", ""), ("待补正", ""), ("办理中", ""))
    assert [step["status"] for step in steps(progress)] == ["办理中", "待补正", "办理中"]
