"""Uploads in parts: what was acknowledged is there, once; a second writer, a wrong place, a broken part are refused."""

import base64
import hashlib
import io
import itertools
import os
import secrets
import shutil
import threading
import tracemalloc
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.deliveries import arrivals, errors, incoming, uploads
from ziyuan.onemap.deliveries.models import Delivery, DeliveryNote, Upload

COUNTY, PERIOD = "340123", "2024"
deliveries = onemap.deliveries


def order(size: int, name: str = "340123-2024.zip", **more):
    return deliveries.Order(COUNTY, more.pop("period", PERIOD), name=name, size=size, **more)


def sm3(body: bytes) -> str:
    return hashlib.new("sm3", body).hexdigest()


def checksum(body: bytes, algorithm: str = "sm3") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, body).digest()).decode()}"


def put(who, upload, offset: int, body: bytes, told: str = "", length: int | None = None):
    return uploads.append(who, upload.pk, offset, io.BytesIO(body), told, length)


def state(who, upload) -> tuple[int, str]:
    row = uploads.find(who, upload.pk)
    return row.offset, row.delivery.state


def test_a_file_in_parts_becomes_a_delivery_read_only_under_its_sm3(db, people):
    officer, body = people["officer"], secrets.token_bytes(300_000)
    upload = uploads.begin(officer, order(len(body), sm3=sm3(body)))
    for at in range(0, len(body), 100_000):
        part = body[at : at + 100_000]
        put(officer, upload, at, part, checksum(part, "sm3" if at else "sha256"))
    assert state(officer, upload) == (300_000, "uploading")
    arrivals.receive_upload(upload=upload.pk)
    told = deliveries.detail(officer, upload.delivery_id)
    assert (told["state"], told["file"]["sm3"], told["size"]) == ("received", sm3(body), len(body))
    kept = kernel.file_path(sm3(body))
    assert kept.read_bytes() == body and kept.stat().st_mode & 0o222 == 0
    assert [note["act"] for note in told["notes"]] == ["submit"] and told["submitted_by"] == "汇交员"


def test_a_repeated_part_is_not_written_twice(db, people):
    officer, body = people["officer"], b"0123456789"
    upload = uploads.begin(officer, order(len(body)))
    put(officer, upload, 0, body[:4])
    with pytest.raises(errors.OffsetWrong) as refused:
        put(officer, upload, 0, body[:4])
    assert refused.value.facts["offset"] == 4
    put(officer, upload, 4, body[4:])
    assert incoming.path_of(upload.pk).read_bytes() == body


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 200), max_size=8), dies=st.lists(st.integers(0, 40), max_size=8))
def test_whatever_was_written_but_not_acknowledged_before_a_kill_leaves_no_trace(db, people, cuts, dies):
    """A part that reached the disk while its offset never reached the database: the next part cuts it off."""
    officer, body = people["officer"], bytes(range(200))
    upload = uploads.begin(officer, order(len(body), name=f"{secrets.token_hex(4)}.zip", kind="precursor"))
    places = sorted({0, len(body), *cuts})
    for at, (start, end) in enumerate(itertools.pairwise(places)):
        if at < len(dies):
            with incoming.path_of(upload.pk).open("ab") as torn:
                torn.write(secrets.token_bytes(dies[at]))
        put(officer, upload, start, body[start:end])
    assert incoming.path_of(upload.pk).read_bytes() == body


def test_bytes_that_were_acknowledged_and_are_gone_are_missed(db, people):
    officer = people["officer"]
    upload = uploads.begin(officer, order(10))
    put(officer, upload, 0, b"01234")
    os.truncate(incoming.path_of(upload.pk), 3)
    with pytest.raises(errors.UploadLost):
        put(officer, upload, 5, b"56789")


@pytest.mark.parametrize(("told", "why"), [
    (checksum(b"other"), "校验值不符"), ("md5 AAAA", "sm3 或 sha256"), ("sm3 不是", "Base64"),
])  # fmt: skip
def test_a_part_whose_checksum_is_wrong_counts_not_at_all(db, people, told, why):
    officer = people["officer"]
    upload = uploads.begin(officer, order(10))
    with pytest.raises(errors.PartBroken, match=why):
        put(officer, upload, 0, b"01234", told)
    assert state(officer, upload)[0] == 0 and incoming.path_of(upload.pk).read_bytes() == b""


class Torn:
    """A sender who is gone after some bytes."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, size: int, /) -> bytes:
        if not self.body:
            raise OSError("gone")
        body, self.body = self.body, b""
        return body


def test_a_torn_part_counts_as_far_as_it_came_unless_a_checksum_was_told(db, people):
    officer = people["officer"]
    upload = uploads.begin(officer, order(10))
    assert uploads.append(officer, upload.pk, 0, Torn(b"012")).offset == 3
    with pytest.raises(errors.PartBroken):
        uploads.append(officer, upload.pk, 3, Torn(b"34"), checksum(b"3456789"))
    assert state(officer, upload)[0] == 3


def test_more_than_was_announced_is_refused_and_the_part_before_stays(db, people):
    officer = people["officer"]
    upload = uploads.begin(officer, order(5))
    put(officer, upload, 0, b"012")
    for length in (None, 3):
        with pytest.raises(errors.PartBroken, match="超出"):
            put(officer, upload, 3, b"345", length=length)
    assert incoming.path_of(upload.pk).read_bytes() == b"012"


def test_choosing_the_same_file_again_goes_on_another_is_refused(db, people):
    officer = people["officer"]
    first = uploads.begin(officer, order(10))
    put(officer, first, 0, b"0123")
    again = uploads.begin(officer, order(10))
    assert (again.pk, again.offset) == (first.pk, 4)
    with pytest.raises(errors.UploadOpenElsewhere) as refused:
        uploads.begin(officer, order(11))
    assert refused.value.facts["upload"] == first.pk
    with pytest.raises(errors.UploadOpenElsewhere):
        deliveries.submit(officer, (COUNTY, PERIOD), b"whole", "340123-2024.zip")
    assert [u.pk for u in uploads.listing(officer)] == [first.pk]


def test_one_command_begins_one_upload(db, people):
    officer = people["officer"]
    first = uploads.begin(officer, order(10), "c1")
    assert uploads.begin(officer, order(12), "c1").pk == first.pk
    with kernel.acting(officer):
        assert Upload.objects.count() == 1


def test_what_is_not_what_was_announced_is_returned_with_a_finding(db, people, django_capture_on_commit_callbacks):
    officer, body = people["officer"], b"other bytes"
    upload = uploads.begin(officer, order(len(body), sm3=sm3(b"these bytes")))
    put(officer, upload, 0, body)
    with django_capture_on_commit_callbacks(execute=True):
        arrivals.receive_upload(upload=upload.pk)
    told = deliveries.detail(officer, upload.delivery_id)
    assert told["state"] == "returned" and told["summary"][0]["rule"] == "ZY-DLV-040"
    assert not incoming.path_of(upload.pk).exists()


def test_received_once_however_often_the_job_runs(db, people):
    officer, body = people["officer"], b"0123456789"
    upload = uploads.begin(officer, order(len(body)))
    put(officer, upload, 0, body)
    put(officer, upload, 10, b"")  # a sender who never heard the last answer
    for _ in range(2):
        arrivals.receive_upload(upload=upload.pk)
    with kernel.acting(officer):
        assert DeliveryNote.objects.filter(delivery=upload.delivery_id, act="submit").count() == 1
    assert put(officer, upload, 10, b"").state == "complete"
    with pytest.raises(errors.OffsetWrong) as refused:
        put(officer, upload, 0, body)
    assert refused.value.facts["offset"] == 10


def test_giving_up_and_expiry_withdraw_the_delivery_and_free_the_disk(db, people, django_capture_on_commit_callbacks):
    officer = people["officer"]
    with django_capture_on_commit_callbacks(execute=True):
        given_up = uploads.begin(officer, order(10))
        uploads.terminate(officer, given_up.pk)
    late = uploads.begin(officer, order(10))
    put(officer, late, 0, b"0123")
    with kernel.acting(officer):
        Upload.objects.filter(pk=late.pk).update(expires=kernel.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        arrivals.sweep()
    for upload, title in ((given_up, "取消"), (late, "过期")):
        assert uploads.find(officer, upload.pk).get_state_display() == title
        assert deliveries.detail(officer, upload.delivery_id)["state"] == "withdrawn"
        assert not incoming.path_of(upload.pk).exists()
        with pytest.raises(errors.UploadOver):
            put(officer, upload, 0, b"x")


def test_the_minutes_round_receives_what_was_left_whole(db, people):
    officer, body = people["officer"], b"0123456789"
    upload = uploads.begin(officer, order(len(body)))
    put(officer, upload, 0, body)
    arrivals.sweep()
    assert deliveries.detail(officer, upload.delivery_id)["state"] == "received"


def test_an_organ_may_have_only_so_much_open(db, people, monkeypatch):
    monkeypatch.setattr(uploads, "allowance", lambda: uploads.Allowance(largest=100, quota=150))
    officer = people["officer"]
    with pytest.raises(errors.UploadTooLarge, match="单个文件"):
        uploads.begin(officer, order(101))
    uploads.begin(officer, order(100))
    with pytest.raises(errors.UploadTooLarge, match="额度"):
        uploads.begin(officer, order(51, period="2023"))
    uploads.begin(officer, order(50, period="2023"))


def test_a_disk_that_is_too_small_is_told_at_the_door(db, people, monkeypatch):
    monkeypatch.setattr(uploads, "allowance", lambda: uploads.Allowance(largest=1 << 60, quota=1 << 60))
    free = shutil.disk_usage(incoming.folder()).free
    with pytest.raises(errors.UploadTooLarge, match="磁盘"):
        uploads.begin(people["officer"], order(free))


def test_others_neither_see_nor_touch_an_upload(db, people):
    upload = uploads.begin(people["officer"], order(10))
    with pytest.raises(errors.UploadUnknown):
        put(people["neighbour"], upload, 0, b"x")
    for act in (uploads.find, uploads.terminate):
        with pytest.raises(errors.UploadUnknown):
            act(people["neighbour"], upload.pk)
        with pytest.raises(kernel_errors.NotAllowed):
            act(people["city"], upload.pk)
    with pytest.raises(kernel_errors.NotAllowed):
        uploads.begin(people["neighbour"], order(10))


def test_two_organs_may_send_the_same_bytes_and_both_stay(db, people, make_actor):
    body = b"the same bytes"
    second = replace(people["officer"], organ="ZRJ-2", organ_name="另一机关")
    made = [deliveries.submit(who, (COUNTY, PERIOD), body, "a.zip") for who in (people["officer"], second)]
    assert made[0].file_sm3 == made[1].file_sm3 and made[0].pk != made[1].pk
    with kernel.acting(people["city"]):
        assert Delivery.objects.filter(file_sm3=sm3(body)).count() == 2


def test_a_large_file_is_never_held_in_memory(db, people):
    """64 MiB pass through a few MiB of memory: what is needed does not grow with the file."""
    officer, chunk, parts = people["officer"], os.urandom(1 << 20), 64

    class Long:
        left = parts

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            return chunk if self.left >= 0 else b""

    upload = uploads.begin(officer, order(parts << 20))
    tracemalloc.start()
    try:
        uploads.append(officer, upload.pk, 0, Long())
        arrivals.receive_upload(upload=upload.pk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
    assert deliveries.detail(officer, upload.delivery_id)["size"] == parts << 20


@pytest.mark.usefixtures("committed_db")
def test_a_second_connection_that_writes_the_same_upload_is_refused_at_once(make_actor):
    officer = make_actor("data_officer", "341124", "汇交员")
    upload = uploads.begin(officer, deliveries.Order("341124", PERIOD, name="a.zip", size=10))
    reading, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    class Slow:
        def __init__(self) -> None:
            self.body = [b"01234", b"56789"]

        def read(self, size: int, /) -> bytes:
            reading.set()
            assert go_on.wait(20)
            return self.body.pop(0) if self.body else b""

    def first() -> None:
        from django.db import connection

        try:
            uploads.append(officer, upload.pk, 0, Slow())
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=first)
    writer.start()
    try:
        assert reading.wait(20)
        with pytest.raises(errors.UploadBusy):
            put(officer, upload, 0, b"xxxxx")
        with pytest.raises(errors.UploadBusy):
            uploads.terminate(officer, upload.pk)
    finally:
        go_on.set()
        writer.join()
    assert failed == [] and incoming.path_of(upload.pk).read_bytes() == b"0123456789"
    arrivals.receive_upload(upload=upload.pk)
    deliveries.withdraw(officer, upload.delivery_id)
