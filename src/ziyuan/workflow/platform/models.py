"""What the platform is to be told of cases: an outbox, one row for each step reported."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class PlatformReport(models.Model):
    """One step or result on its way to the platform; `seq` is that of the case's event, so that no step goes twice."""

    case = models.ForeignKey("workflow.Case", on_delete=models.PROTECT, related_name="reports")
    counties = ArrayField(models.CharField(max_length=12))
    seq = models.BigIntegerField()
    step = models.CharField(max_length=40)
    at = models.DateTimeField()
    facts = models.JSONField()
    sent = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField()
    fault = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "seq"), name="platform_report_seq"),)
        indexes = (
            models.Index(fields=("next_try", "id"), name="platform_report_due", condition=models.Q(sent__isnull=True)),
        )
