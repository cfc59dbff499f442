"""Editions of layers, and the serial that says when a layer of a county last changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Edition(models.Model):
    """One layer of one county as one delivery stated it: rows, one lake file, one digest. Never changed."""

    layer = models.CharField(max_length=80)
    county = models.CharField(max_length=6)
    period = models.CharField(max_length=10)
    delivery_no = models.CharField(max_length=60)
    reference_date = models.DateField()
    digest = models.BinaryField(max_length=32)
    features = models.IntegerField()
    area_m2 = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    inserted = models.IntegerField()
    updated = models.IntegerField()
    deleted = models.IntegerField()
    unchanged = models.IntegerField()
    lake = models.CharField(max_length=200)
    file_sm3 = models.CharField(max_length=64)
    # The digest covers these columns, in this order of time: a later standard edition may have more.
    columns = ArrayField(models.CharField(max_length=40))
    sealed = models.DateTimeField()
    sealed_by = models.CharField(max_length=60)
    base = models.ForeignKey("self", models.PROTECT, null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("layer", "county", "delivery_no"), name="edition_once_a_delivery"
            ),
        )
        indexes = (models.Index(fields=("layer", "county", "-reference_date"), name="edition_by_day"),)

    @property
    def hex_digest(self) -> str:
        return bytes(self.digest).hex()


class LayerState(models.Model):
    """How often a layer of a county was written, and the record moment of the last time.

    Tiles are cached under the serial; writers take turns on the row's advisory lock.
    """

    layer = models.CharField(max_length=80)
    county = models.CharField(max_length=6)
    serial = models.BigIntegerField()
    known = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("layer", "county"), name="layer_state_once"),)
