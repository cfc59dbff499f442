"""Requests for an opinion, one row each, as the events of the case say: what the organ asked may see, and no more."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Consultation(models.Model):
    """One request (征求意见). `to_organ` is empty for an organ that is not in the system; `papers` are those enclosed."""

    case = models.ForeignKey("workflow.Case", on_delete=models.PROTECT, related_name="consultations")
    counties = ArrayField(models.CharField(max_length=12))
    number = models.PositiveIntegerField()
    case_no = models.CharField(max_length=40)
    title = models.CharField(max_length=220)
    matter = models.CharField(max_length=80)
    from_organ = models.CharField(max_length=20)
    from_name = models.CharField(max_length=100)
    to_organ = models.CharField(max_length=20, blank=True)
    to_region = models.CharField(max_length=12, blank=True)
    to_name = models.CharField(max_length=100)
    question = models.TextField()
    papers = models.JSONField()
    asked = models.DateTimeField()
    due = models.DateField()
    state = models.CharField(max_length=20)
    overdue = models.BooleanField()
    answer = models.JSONField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="consultation_number"),)
        indexes = (
            models.Index(fields=("to_organ", "state", "id"), name="consultation_to"),
            models.Index(fields=("from_organ", "state", "id"), name="consultation_from"),
        )
