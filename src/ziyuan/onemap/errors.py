"""Errors of this component, gathered from its rooms."""

from ziyuan.onemap.analysis.errors import *  # noqa: F403
from ziyuan.onemap.catalogue.errors import *  # noqa: F403
from ziyuan.onemap.client.errors import *  # noqa: F403
from ziyuan.onemap.deliveries.errors import *  # noqa: F403
from ziyuan.onemap.editions.errors import *  # noqa: F403
from ziyuan.onemap.findings.errors import *  # noqa: F403
from ziyuan.onemap.formats.errors import *  # noqa: F403
from ziyuan.onemap.reviewing.errors import *  # noqa: F403
from ziyuan.onemap.services.errors import *  # noqa: F403
