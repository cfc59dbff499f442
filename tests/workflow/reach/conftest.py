"""A case that its clerk has accepted and the chief of the county is to decide."""

import pytest

from tests.workflow.world import FEIXI


@pytest.fixture
def case(world, on_day):
    """Accepted on Wednesday 4 March 2026; promised ten days, so until the 18th; yellow from the 13th, three days left."""
    on_day("2026-03-04")
    made = world.open()
    world.act("county_clerk", FEIXI, made, "agree")
    return made


@pytest.fixture
def clerk(world):
    return world.officer("county_clerk", FEIXI)


@pytest.fixture
def chief(world):
    return world.officer("county_chief", FEIXI)
