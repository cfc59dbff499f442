"""The list of deliveries: narrowed, paged, exported; each sees his own region."""

import csv
import io

import pytest

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap

deliveries = onemap.deliveries


def table(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_the_table_holds_what_the_screen_shows_and_no_cell_is_a_formula(registered, deliver, sample, people):
    told = deliver(sample / "340123-2024-faulty.zip", "=cmd|calc.zip")
    (line,) = table(deliveries.export_csv(people["city"]))
    (shown,) = deliveries.listing(people["city"])["items"]
    assert (line["汇交编号"], line["状态"]) == (told["no"], "已退回")
    assert int(line["错误"]) == shown["errors"] > 0
    assert line["文件"] == "'=cmd|calc.zip"


def test_the_table_is_narrowed_as_the_list_is_and_the_export_is_recorded(registered, deliver, sample, people, monkeypatch):
    recorded = []
    deliver(sample / "340123-2024.zip", check=False)
    monkeypatch.setattr(kernel, "record", lambda by, act, **facts: recorded.append((by.name, act, facts["q"])))
    chosen = deliveries.Chosen(state="sealed")
    assert deliveries.listing(people["officer"], chosen)["items"] == table(deliveries.export_csv(people["officer"], chosen)) == []
    assert len(table(deliveries.export_csv(people["officer"], deliveries.Chosen(q="340123-2024")))) == 1
    assert recorded == [("汇交员", "delivery.exported", ""), ("汇交员", "delivery.exported", "340123-2024")]


def test_another_region_exports_nothing_and_a_clerk_may_not(registered, deliver, sample, people, make_actor):
    deliver(sample / "340123-2024.zip", check=False)
    assert table(deliveries.export_csv(people["neighbour"])) == []
    with pytest.raises(kernel_errors.NotAllowed):
        deliveries.export_csv(make_actor("county_clerk", "340123"))
