"""The order to bring a matter's open cases to its present version, and one line for each case of it."""

from django.db import models


class MigrationOrder(models.Model):
    """Made by one person, signed for by another; the node's SM2 signature covers the order and every line's digest."""

    matter = models.CharField(max_length=80)
    version = models.CharField(max_length=64)
    region = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    lines_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=20)  # made | replaced | signed | running | done
    made_by = models.BigIntegerField()
    made_name = models.CharField(max_length=60)
    made = models.DateTimeField()
    signed_by = models.BigIntegerField(null=True)
    signed_name = models.CharField(max_length=60, blank=True)
    signed = models.DateTimeField(null=True)
    opinion = models.CharField(max_length=500, blank=True)
    signature = models.BinaryField(null=True)
    signer = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("matter",), name="migration_one_standing", condition=models.Q(state__in=["made", "signed", "running"])
            ),
        )


class MigrationLine(models.Model):
    """One case of an order: what the dry run said of it, and what came of it (`outcome` is empty until then)."""

    order = models.ForeignKey(MigrationOrder, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey("workflow.Case", on_delete=models.PROTECT, related_name="+")
    told = models.JSONField()
    outcome = models.CharField(max_length=20, blank=True)  # moved | stayed | refused | over
    reason = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("order", "case"), name="migration_line_case"),)
        indexes = (models.Index(fields=("order", "outcome", "id"), name="migration_line_open"),)
