"""Django application of the component `portal`."""

from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "ziyuan.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.service")  # registers jobs, listeners and proofs
