"""Django application of the component `onemap`."""

from importlib import import_module

from django.apps import AppConfig


class OnemapConfig(AppConfig):
    name = "ziyuan.onemap"
    label = "onemap"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.service")  # registers jobs, listeners and proofs
