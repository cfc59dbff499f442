"""The node's own settings, and the application that takes the guards named by UNGUARDED out."""

from ziyuan.site.settings import *  # noqa: F403
from ziyuan.site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.support.unguarded.apps.Unguarded"]
