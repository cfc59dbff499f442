"""Several connections at once: writers take turns, and a pinned answer stays what it was."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.db import connection, connections, transaction

from tests.onemap import small_county as world
from ziyuan.base.geometry import PlaneShape
from ziyuan.kernel import service as kernel
from ziyuan.onemap import service as onemap
from ziyuan.onemap.editions import lake
from ziyuan.onemap.editions.layers import layer

COUNTY, TODAY = "341124", date(2026, 11, 25)
SITE = PlaneShape.from_shapely(
    shapely.box(world.WEST + 37, world.SOUTH + 41, world.WEST + 412, world.SOUTH + 333), world.ZONE
)
pytestmark = pytest.mark.usefixtures("committed_db")


def seal(no, year, patches):
    return onemap.seal(
        no,
        {"DLTB": world.table(patches)},
        county=COUNTY,
        reference_date=date(year, 12, 31),
        by=kernel.system_actor(),
    )[0]


def in_thread(work):
    """Run `work` on a connection of its own; its answer or its error in a list."""
    told = []

    def run():
        try:
            told.append(work())
        except BaseException as error:
            told.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, told


def test_a_screening_pinned_while_a_sealing_runs_means_the_same_rows_afterwards():
    patches = world.county(code=COUNTY)
    seal("T1", 2024, patches)
    with kernel.acting(kernel.system_actor()):
        seal("T2", 2025, patches[2:])
        thread, told = in_thread(
            lambda: onemap.screen(SITE, on=TODAY, counties=[COUNTY], themes=["land_use"])
        )
        time.sleep(0.5)
        assert not told, "the screening waits for the sealing that already has its moment"
    thread.join(10)
    first = told[0]
    again = onemap.screen(SITE, on=TODAY, known=first.known, counties=[COUNTY], themes=["land_use"])
    assert again == first
    assert first.themes[0].editions[0].edition == onemap.editions(kernel.system_actor(), "DLTB", COUNTY)[0].pk


def test_two_sealings_of_one_delivery_at_once_make_one_edition():
    patches = world.county(code=COUNTY)
    threads = [in_thread(lambda: seal("T3", 2023, patches)) for _ in range(2)]
    for thread, _ in threads:
        thread.join(20)
    told = [t[0] for _, t in threads]
    made = [e for e in onemap.editions(kernel.system_actor(), "DLTB", COUNTY) if e.delivery_no == "T3"]
    assert len(made) == 1
    assert [t.pk for t in told] == [made[0].pk] * 2


def test_a_rolled_back_delivery_leaves_no_row_and_its_file_is_swept():
    patches = world.county(code=COUNTY)
    path = None
    with pytest.raises(RuntimeError), kernel.acting(kernel.system_actor()):
        path = lake.folder() / seal("T4", 2022, patches).lake
        raise RuntimeError("the caller fails after sealing")
    assert path is not None
    assert path.exists()
    onemap.sweep()
    assert not path.exists()
    assert not onemap.asof("DLTB", date(2022, 12, 31), county=COUNTY, by=kernel.system_actor())


KILLED = """
import os, signal
import django
django.setup()
from tests.onemap.editions import test_together as here
from tests.onemap import small_county as world
from ziyuan.onemap.editions import seal as verb
verb.changed = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # rows and file written, nothing committed
here.seal("T8", 2018, world.county(code=here.COUNTY))
"""


def test_a_sealing_killed_before_it_commits_leaves_nothing_and_can_be_done_again():
    root = Path(__file__).resolve().parents[3]
    paths = os.pathsep.join([str(root), str(root / "src"), os.environ.get("PYTHONPATH", "")])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=root, env={**os.environ, "PYTHONPATH": paths}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    files = list((lake.folder() / layer("DLTB").id / COUNTY).glob("2018-*"))
    assert len(files) == 1, "the file was in place when the process died"
    assert not onemap.asof("DLTB", date(2018, 12, 31), county=COUNTY, by=kernel.system_actor())
    onemap.sweep()
    assert not files[0].exists()
    assert onemap.verify(seal("T8", 2018, world.county(code=COUNTY)), by=kernel.system_actor()).ok


def test_sweeping_leaves_a_running_sealing_alone():
    patches = world.county(code=COUNTY)
    with kernel.acting(kernel.system_actor()):
        path = lake.folder() / seal("T5", 2021, patches).lake
        thread, told = in_thread(onemap.sweep)
        thread.join(10)
        assert path.exists()
    assert path.exists()
    assert isinstance(told[0], int)


def test_without_a_region_no_row_is_seen_and_none_written():
    seal("T6", 2020, world.county(2, 2, code=COUNTY))
    table = layer("DLTB").sql
    with transaction.atomic(), connection.cursor() as c:
        c.execute(f"SELECT count(*) FROM {table}")
        assert c.fetchone() == (0,)
        c.execute(f"UPDATE {table} SET known_to = now()")
        assert c.rowcount == 0


def test_a_box_query_goes_through_the_spatial_index_behind_row_security():
    seal("T7", 2019, world.county(20, 20, code=COUNTY))
    with kernel.acting(kernel.system_actor()), connection.cursor() as c:
        c.execute("SET LOCAL enable_seqscan = off")
        c.execute(
            f"EXPLAIN SELECT key FROM {layer('DLTB').sql} WHERE county >= '34' AND county < '35'"
            " AND geom && ST_MakeEnvelope(117.1, 31.6, 117.1001, 31.6001, 4490)"
        )
        plan = "\n".join(line for (line,) in c.fetchall())
    assert f"{COUNTY}_geom_idx" in plan, plan
