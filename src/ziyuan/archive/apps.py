"""Django application of the component `archive`."""

from importlib import import_module

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "ziyuan.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.service")  # registers jobs, listeners and proofs
