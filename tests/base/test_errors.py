from ziyuan.base.errors import UnknownName, UserError, ZiyuanError, nearest


class TooLong(UserError):
    code = "ZY-TST-001"
    remedy = "请缩短名称。"

    def __init__(self, field: str, length: int) -> None:
        super().__init__(f"{field} 长 {length} 个字。", field=field, length=length)


def test_an_error_carries_code_message_remedy_and_facts():
    error = TooLong("XMMC", 201)
    assert error.to_dict() == {
        "code": "ZY-TST-001",
        "message": "XMMC 长 201 个字。",
        "remedy": "请缩短名称。",
        "facts": {"field": "XMMC", "length": 201},
    }
    assert error.status == 422


def test_a_terminal_shows_the_remedy_under_the_message():
    assert TooLong("XMMC", 201).to_text() == "ZY-TST-001  XMMC 长 201 个字。\n            请缩短名称。"


def test_a_remedy_of_one_case_does_not_stay_with_the_class():
    ZiyuanError("一次", remedy="只此一次")
    assert ZiyuanError("再次").remedy != "只此一次"


def test_the_nearest_name_ignores_case_and_is_none_when_all_are_far():
    assert nearest("dltbb", ["XZQ", "DLTB"]) == "DLTB"
    assert nearest("qqqq", ["XZQ", "DLTB"]) is None
    assert nearest("DLTB", []) is None


def test_an_unknown_name_says_where_and_what_was_probably_meant():
    text = str(UnknownName("图层", "DLTBB", ["DLTB"], where="标准 tdt1057"))
    assert text == "标准 tdt1057:没有名为“DLTBB”的图层,最接近的是“DLTB”。"
