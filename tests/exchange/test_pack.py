"""Packing what must cross: numbered without a hole, never twice, killed anywhere."""

import pytest

from tests.workflow.world import breaks
from ziyuan.base import sm
from ziyuan.exchange import pack
from ziyuan.exchange import service as exchange
from ziyuan.exchange.errors import NotKept, PackageRefused
from ziyuan.exchange.models import Outgoing
from ziyuan.exchange.package import unseal, verified
from ziyuan.exchange.proof import verify_packages
from ziyuan.kernel import service as kernel

pytestmark = pytest.mark.usefixtures("spool")


def tell(n: int) -> None:
    with kernel.acting(kernel.system_actor()):
        kernel.announce(
            "case.outside",
            county="340123",
            outer_no=f"AH-{n}",
            seq=n,
            status="办理中",
            at="",
            correction=None,
        )


def packages(spool):
    return sorted((spool / "out").glob("*.zyp"))


def check(payload, signature, sender):
    return kernel.verify(payload, signature, sender)


def opened(path, outer_key):
    header, body, head = verified(path.read_bytes(), path.name, recipient="outer", grade_limit=2, check=check)
    return unseal(header, body, path.name, outer_key), head


def test_events_cross_in_order_each_chained_to_the_one_before(spool, outer_key):
    for n in range(3):
        tell(n)
    assert exchange.pack_waiting() == 3
    found = [opened(p, outer_key) for p in packages(spool)]
    assert [p.message["outer_no"] for p, _ in found] == ["AH-0", "AH-1", "AH-2"]
    heads = [pack.GENESIS, *(head for _, head in found)]
    assert [p.header["prev_head"] for p, _ in found] == heads[:-1]
    assert list(Outgoing.objects.order_by("seq").values_list("seq", "head")) == list(
        zip((1, 2, 3), heads[1:], strict=True)
    )
    assert breaks(verify_packages) == []


def test_what_was_packed_is_not_packed_again(spool):
    tell(1)
    assert (exchange.pack_waiting(), exchange.pack_waiting()) == (1, 0)


def test_other_events_stay_inside(spool):
    with kernel.acting(kernel.system_actor()):
        kernel.announce("case.changed", county="340123", case=1, action="agree")
    assert exchange.pack_waiting() == 0


@pytest.mark.parametrize("place", ["put_whole", "before_commit", "publish"])
def test_a_crash_anywhere_leaves_one_package_with_the_committed_head(spool, outer_key, monkeypatch, place):
    """Killed before the file, between file and commit, and between commit and the move to `out`."""

    def die(*_, **__):
        raise SystemExit

    tell(1)
    with monkeypatch.context() as killed:
        if place == "put_whole":
            killed.setattr(pack, "put_whole", die)
        elif place == "before_commit":
            killed.setattr(pack.kernel, "record", die)
        else:
            killed.setattr(pack, "_publish", _once_then(die))
        with pytest.raises(SystemExit):
            exchange.pack_waiting()
    assert packages(spool) == [], "the ferry has seen nothing yet"
    exchange.pack_waiting()
    (path,) = packages(spool)
    _, head = opened(path, outer_key)
    assert Outgoing.objects.get().head == head
    assert breaks(verify_packages) == []


def _once_then(die):
    """The first call is the ordinary one at the start of a run; the second comes after the commit."""
    real, calls = pack._publish, []

    def run():
        calls.append(1)
        return real() if len(calls) == 1 else die()

    return run


def test_negative_control_a_package_shown_before_its_commit_breaks_the_chain(spool, outer_key, monkeypatch):
    tell(1)
    with monkeypatch.context() as early:
        shown = spool / "out"
        early.setattr(pack, "put_whole", lambda folder, name, body: (shown / name).write_bytes(body))
        early.setattr(pack.kernel, "record", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            exchange.pack_waiting()
    (carried,) = packages(spool)
    _, seen_outside = opened(carried, outer_key)
    exchange.pack_waiting()
    assert Outgoing.objects.get().head != seen_outside


def test_personal_data_is_not_even_written_for_the_outer_network(spool, monkeypatch):
    monkeypatch.setitem(pack.GRADES, "case.outside", 3)
    tell(1)
    with pytest.raises(PackageRefused, match="不得传往外网"):
        exchange.pack_waiting()
    assert packages(spool) == []


def test_a_package_lost_on_the_way_is_sent_again_byte_for_byte(spool):
    tell(1)
    exchange.pack_waiting()
    (path,) = packages(spool)
    body = path.read_bytes()
    path.unlink()
    exchange.resend("inner-outer", 1)
    assert path.read_bytes() == body
    with pytest.raises(NotKept):
        exchange.resend("inner-outer", 2)


def test_files_of_a_document_travel_with_it(spool, outer_key, monkeypatch):
    with kernel.acting(kernel.system_actor()):
        stored = kernel.put_file(b"%PDF-opinion", name="o.pdf", media="application/pdf")
        kernel.announce("document.issued", county="340123", document=1)
    monkeypatch.setitem(pack.CARRIED, "document.issued", lambda facts: {"no": "1", "digest": stored.digest})
    exchange.pack_waiting()
    found, _ = opened(packages(spool)[0], outer_key)
    assert found.files == {sm.sm3(b"%PDF-opinion").hex(): b"%PDF-opinion"}
