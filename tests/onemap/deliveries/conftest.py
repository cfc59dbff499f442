"""A small county, made once, and the people who deliver and review it."""

from pathlib import Path

import pytest

COUNTY, PERIOD = "340123", "2024"


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> Path:
    """Folder with `340123-2024.zip`, its faulty twin, `340123-2025.zip` and `control_areas.csv`."""
    from ziyuan.site.sample.generate import Order, generate

    out = tmp_path_factory.mktemp("sample")
    generate(Order(COUNTY, 2000, 2, 2025, True, "independent", False, 7, out), lambda line: None)
    return out


@pytest.fixture
def people(make_actor):
    return {
        "officer": make_actor("data_officer", COUNTY, "汇交员"),
        "neighbour": make_actor("data_officer", "340121", "邻县汇交员"),
        "city": make_actor("data_reviewer", "340100", "市级审核员"),
        "other_city": make_actor("data_reviewer", "341100", "外市审核员"),
        "province": make_actor("data_reviewer", "340000", "省级审核员"),
    }


@pytest.fixture
def registered(db, people, sample) -> int:
    """Control areas registered by the province beforehand."""
    from ziyuan.onemap import service as onemap

    return onemap.deliveries.register_control_areas(sample / "control_areas.csv", people["province"])


@pytest.fixture
def deliver(db, people):
    """Submit a file as the county's officer and run its check here and now."""
    from ziyuan.onemap import service as onemap
    from ziyuan.onemap.deliveries.job import read_and_check

    def go(file, name="340123-2024.zip", period=PERIOD, command="", check=True):
        row = onemap.deliveries.submit(people["officer"], (COUNTY, period), file, name, command)
        if check:
            read_and_check(delivery=row.pk)
        return onemap.deliveries.detail(people["officer"], row.pk)

    return go
