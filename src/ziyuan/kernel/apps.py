"""Django application of the component `kernel`."""

from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class KernelConfig(AppConfig):
    name = "ziyuan.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.service")  # registers jobs, listeners and proofs
        connection_created.connect(import_module(f"{self.name}.health").refuse_unsafe)
