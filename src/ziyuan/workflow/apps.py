"""Django application of the component `workflow`."""

from importlib import import_module

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "ziyuan.workflow"
    label = "workflow"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.service")  # registers jobs, listeners and proofs
