"""Archive records (归档): what a closed case left behind, in the order it was closed."""

from django.db import models


class ArchiveRecord(models.Model):
    """One closing of a case in the archive: class, term, and the SM3 of the state it was closed with.

    A case that was terminated and begun again has a withdrawn record of it; of a case at most one stands.
    """

    case_no = models.CharField(max_length=40)
    county = models.CharField(max_length=12)
    title = models.CharField(max_length=220)
    archive_class = models.CharField(max_length=80)
    keep = models.CharField(max_length=20)
    starts = models.CharField(max_length=20)
    decision_no = models.CharField(max_length=60)
    manifest = models.JSONField()
    manifest_sm3 = models.CharField(max_length=64)
    filed = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case_no",), condition=models.Q(withdrawn=None), name="archive_record_stands_once"),
        )
        indexes = (models.Index(fields=("case_no",), name="archive_record_case"),)
