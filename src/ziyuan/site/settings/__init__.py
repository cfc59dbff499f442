"""Django settings, all from the node file; nothing secret in environment or arguments."""

import json
import os
from pathlib import Path
from typing import Any

from ziyuan.kernel.nodes.node import node_file

NODE: dict[str, Any] = node_file()
ROOT = Path(__file__).resolve().parents[4]

SECRET_KEY = NODE["secret_key"]
DEBUG = False
ALLOWED_HOSTS = NODE.get("hosts", ["127.0.0.1", "localhost", "[::1]"])
ROOT_URLCONF = "ziyuan.site.urls"
WSGI_APPLICATION = "ziyuan.site.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "ziyuan.kernel",
    "ziyuan.onemap",
    "ziyuan.workflow",
    "ziyuan.archive",
    "ziyuan.exchange",
    "ziyuan.portal",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "ziyuan.portal.edge.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "ziyuan.portal.static_files.NodeFiles",
    "ziyuan.portal.edge.UploadLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ziyuan.portal.session.ActorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]


def _connection(user: str, password: str) -> dict[str, Any]:
    database = NODE["database"]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database["name"],
        "HOST": database["host"],
        "PORT": str(database["port"]),
        "USER": user,
        "PASSWORD": password,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10},
    }


DATABASES = {
    "default": _connection(**NODE["database"]["app"]),
    "auditor": {**_connection(**NODE["database"]["auditor"]), "TEST": {"MIRROR": None}},
}
if owner_file := os.environ.get("ZIYUAN_OWNER"):
    DATABASES["owner"] = _connection(**json.loads(Path(owner_file).read_text(encoding="utf-8")))

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS: list[Any] = [("look", ROOT / "web" / "src" / "look")]  # one token file for workbench and public pages
WHITENOISE_USE_FINDERS = True
FILE_UPLOAD_TEMP_DIR = NODE.get("upload_temp")
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ziyuan.portal.public.failures.forged"
# A node reached by https (through a proxy too) sends its cookies by nothing else.
SESSION_BY_TLS_ONLY = CSRF_COOKIE_SECURE = NODE["url"].startswith("https://")
CSRF_TRUSTED_ORIGINS = sorted({NODE["url"], NODE.get("public_url") or NODE["url"]}) if SESSION_BY_TLS_ONLY else []
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_BY_TLS_ONLY else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"procrastinate": {"level": "WARNING"}},
}
