"""WSGI entry of a node."""

import os

from django.core.wsgi import get_wsgi_application

from ziyuan.site.lasting import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ziyuan.site.settings")
application = get_wsgi_application()
settle()
