"""A county with one sealed year, a returned attempt before it, and the people of three levels."""

import pytest

from tests.onemap.deliveries.conftest import deliver, people, registered, sample  # noqa: F401
from ziyuan.onemap import service as onemap

COUNTY = "340123"


@pytest.fixture
def returned(db, registered, deliver, sample):  # noqa: F811
    """A first attempt of 2024 with faults, returned by the check."""
    told = deliver(sample / f"{COUNTY}-2024-faulty.zip", name="有错.zip")
    assert told["state"] == "returned"
    return told


@pytest.fixture
def sealed(db, clean_lake, people, registered, deliver, sample):  # noqa: F811
    """The delivery of 2024, accepted by the province."""
    told = deliver(sample / f"{COUNTY}-2024.zip")
    onemap.deliveries.accept(people["province"], told["id"])
    return onemap.deliveries.detail(people["province"], told["id"])
