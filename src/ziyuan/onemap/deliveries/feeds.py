"""Feeds (接口接入): data fetched by the clock from a folder or over HTTP within the net, with its source and licence.

Only folders and hosts that the node file allows under `feeds` are ever read; redirections are not followed. What comes
becomes a delivery like any other; the same bytes as last time are none.
"""

import logging
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db import transaction

from ziyuan.kernel import errors as kernel_errors
from ziyuan.kernel import service as kernel
from ziyuan.onemap.deliveries import acts, incoming
from ziyuan.onemap.deliveries.errors import FeedFailed, FeedPlaceRefused, KindRefused, PartBroken
from ziyuan.onemap.deliveries.mandates import KINDS, mandate
from ziyuan.onemap.deliveries.models import Delivery, Feed, Kind
from ziyuan.onemap.deliveries.opening import open_delivery, take
from ziyuan.onemap.deliveries.orders import Order, admit
from ziyuan.onemap.deliveries.uploads import allowance

TIMEOUT = 60.0
_AGAIN = timedelta(hours=1)
_SUFFIXES = (".zip", ".gpkg")
_log = logging.getLogger("ziyuan.deliveries")


def register(by: kernel.Actor, task: str, county: str, location: str, every: int, *, active: bool = True) -> Feed:
    """Register or change where a mandate's data of a county comes from, each `every` hours.

    Raises kernel.NotAllowed, MandateUnknown, KindRefused, FeedPlaceRefused.
    """
    wanted = mandate(task)
    if not wanted.allows(Kind.FEED) or wanted.feed is None:
        raise KindRefused(wanted.title, KINDS[Kind.FEED], [KINDS[k] for k in wanted.kinds])
    demand_allowed(location)
    with kernel.acting(by):
        kernel.require(by, "feed.register", region=county)
        before = Feed.objects.filter(mandate=task, county=county).first()
        row = before or Feed(mandate=task, county=county, sm3="", fault="")
        row.location, row.every, row.active = location, max(1, every), active
        row.source, row.licence = str(wanted.feed["source"]), str(wanted.feed["licence"])
        row.due, row.registered_by = kernel.now(), by.name
        row.save()
        kernel.record(by, "feed.registered", on=("feed", f"{task}/{county}"), county=county,
                      after={"location": location, "every": row.every, "active": active})
    return row


def demand_allowed(location: str) -> None:
    """Raise FeedPlaceRefused unless the node file allows the folder or host."""
    told = kernel.options("feeds")
    parts = urlsplit(location)
    if parts.scheme in ("http", "https"):
        if parts.username or parts.password:
            raise FeedPlaceRefused(location, "地址中不能带口令")
        if parts.netloc.casefold() not in {str(h).casefold() for h in told.get("hosts", [])}:
            raise FeedPlaceRefused(location, "主机不在许可之列")
        return
    path = _folder(location)
    allowed = [Path(f).resolve() for f in told.get("folders", [])]
    if path is None or not any(path == root or root in path.parents for root in allowed):
        raise FeedPlaceRefused(location, "文件夹不在许可之列")


def _folder(location: str) -> Path | None:
    parts = urlsplit(location)
    text = unquote(parts.path) if parts.scheme == "file" else location
    return Path(text).resolve() if text.startswith("/") and parts.scheme in ("file", "") else None


def feeds(by: kernel.Actor) -> list[dict[str, Any]]:
    """The feeds of the actor's region."""
    with kernel.acting(by):
        kernel.require(by, "delivery.read")
        last = {d.organ: d.pk for d in Delivery.objects.filter(kind=Kind.FEED).order_by("pk")}
        return [
            {"id": f.pk, "mandate": f.mandate, "county": f.county, "county_name": kernel.region(f.county).name,
             "location": f.location, "source": f.source, "licence": f.licence, "every": f.every, "active": f.active,
             "due": f.due, "fetched": f.fetched, "fault": f.fault, "delivery": last.get(_organ(f))}
            for f in Feed.objects.order_by("mandate", "county")
        ]  # fmt: skip


def _organ(feed: Feed) -> str:
    return f"FEED{feed.pk}"


def fetch_now(by: kernel.Actor, feed: int) -> Delivery | None:
    """Fetch at once; None when nothing has changed. Raises kernel.NotAllowed, NotFound, FeedFailed, StillOpen."""
    with kernel.acting(by):
        row = Feed.objects.filter(pk=feed).first()
        if row is None:
            raise kernel_errors.NotFound("接入", feed)
        kernel.require(by, "feed.register", region=row.county)
    return fetch(row)


def fetch_due() -> None:
    """Fetch what is due; a failure is written beside the feed and tried again within the hour."""
    by = kernel.system_actor("接口接入")
    while True:
        with kernel.acting(by):
            due = Feed.objects.select_for_update(skip_locked=True).filter(active=True, due__lte=kernel.now())
            row = due.order_by("due").first()
            if row is None:
                return
            row.due = kernel.now() + min(_AGAIN, timedelta(hours=row.every))  # claimed: nobody else fetches it meanwhile
            row.save(update_fields=["due"])
        try:
            fetch(row)
        except Exception as wrong:
            _log.warning("接入 %s(%s)失败:%s", row.mandate, row.county, wrong)
            note_fault(row.pk, wrong)


def note_fault(feed: int, wrong: Exception) -> None:
    """Write beside the feed why the last attempt, by the clock or by hand, brought nothing."""
    with kernel.acting(kernel.system_actor("接口接入")):
        Feed.objects.filter(pk=feed).update(fault=str(wrong)[:500])


def fetch(row: Feed) -> Delivery | None:
    """Bring in what the source has now and open a delivery with it; None when it is what it was."""
    held = f"feed-{row.pk}-{secrets.token_hex(4)}"
    incoming.create(held)
    try:
        name = _into(row, held)
        digest = incoming.sm3_of(held)
        return _deliver(row, held, name, digest)
    finally:
        incoming.remove(held)


def _into(row: Feed, held: str) -> str:
    """The bytes of the source into the file `held`; the name they have there."""
    demand_allowed(row.location)
    folder = _folder(row.location)
    try:
        if folder is not None and not row.location.startswith(("http://", "https://")):
            path = _newest(folder, row.location)
            with path.open("rb") as stream:
                incoming.append(held, row.mandate, 0, stream, allowance().largest)
            return path.name
        with _opener().open(row.location, timeout=TIMEOUT) as stream:
            told = stream.headers.get("Content-Length")
            size = incoming.append(held, row.mandate, 0, stream, allowance().largest)
        if told is not None and told.isdecimal() and int(told) != size:
            raise FeedFailed(row.location, "传输中断")
        return Path(unquote(urlsplit(row.location).path)).name or f"{row.county}.zip"
    except urllib.error.HTTPError as wrong:
        raise FeedFailed(row.location, f"对方回答 {wrong.code}") from wrong
    except PartBroken as wrong:
        raise FeedFailed(row.location, "内容超过单个文件的上限") from wrong
    except OSError as wrong:
        raise FeedFailed(row.location, str(getattr(wrong, "reason", wrong))[:120]) from wrong


def _newest(folder: Path, location: str) -> Path:
    """The newest package of the folder, or the file itself; never a link out of it."""
    if folder.is_file():
        return folder
    found = [p for p in folder.iterdir() if p.suffix.casefold() in _SUFFIXES and p.is_file() and not p.is_symlink()]
    if not found:
        raise FeedFailed(location, "文件夹中没有成果包")
    return max(found, key=lambda p: (os.stat(p).st_mtime, p.name))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    redirect_request: Callable[..., None] = staticmethod(lambda *_given: None)


def _opener() -> urllib.request.OpenerDirector:
    """Plain HTTP and HTTPS: no proxy of the environment, no redirection, no other scheme."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _deliver(row: Feed, held: str, name: str, digest: str) -> Delivery | None:
    by = replace(kernel.system_actor("接口接入"), organ=_organ(row), organ_name=row.source)
    with kernel.acting(by):
        known = Feed.objects.select_for_update().get(pk=row.pk)
        known.fetched, known.fault = kernel.now(), ""
        known.due = kernel.now() + timedelta(hours=known.every)
        changed = known.sm3 != digest
        delivery = _opened(by, known, held, name, digest) if changed else None
        known.sm3 = digest
        known.save(update_fields=["fetched", "fault", "due", "sm3"])
        transaction.on_commit(lambda: incoming.remove(held))
    return delivery


def _opened(by: kernel.Actor, feed: Feed, held: str, name: str, digest: str) -> Delivery:
    task = mandate(feed.mandate)
    period = task.current_period(kernel.today())
    acts.take_turn(task.id, feed.county, period)
    order = Order(feed.county, period, task.id, Kind.FEED, comment="按计划接入")
    _, base = admit(by, order)
    delivery = open_delivery(by, task, order, base)
    delivery.facts = {"source": feed.source, "licence": feed.licence, "location": feed.location, "feed": feed.pk}
    stored = kernel.adopt_file(incoming.path_of(held), digest=digest, name=name)
    acts.note(by, delivery, "submit", f"从“{feed.source}”取得 {name}({stored.size} 字节),许可:{feed.licence}")
    take(by, delivery, stored, name, by.name)
    return delivery
