"""Attempts to serve a document, one row each, as the events of the case say."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Service(models.Model):
    """One attempt (送达记录). `of` is the thing served, `effective` the day from which it counts; none where it failed."""

    case = models.ForeignKey("workflow.Case", on_delete=models.PROTECT, related_name="services")
    counties = ArrayField(models.CharField(max_length=12))
    number = models.PositiveIntegerField()
    of = models.CharField(max_length=80)
    way = models.CharField(max_length=20)
    served = models.BooleanField()
    day = models.DateField()
    effective = models.DateField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="service_number"),)
