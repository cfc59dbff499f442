"""Editions of layers, and the serial that says when a layer of a county last changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

EDITION_KINDS = [("delivery", "汇交"), ("changeset", "增量包"), ("rollback", "回退"), ("cut", "定时切版")]
LINK_SOURCES = [("declared", "变更记录"), ("overlap", "图形叠加")]


class Edition(models.Model):
    """One layer of one county as one delivery stated it: rows, one lake file, one digest.

    Never changed, but for the withdrawal that is written beside it. `kind` says how it came: by a delivery, by a
    changeset package (`package`: its SM3), as a rollback (`reason`), or cut from a layer that cases write.
    """

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
    kind = models.CharField(max_length=10, choices=EDITION_KINDS, default="delivery")
    reason = models.TextField(default="")
    package = models.CharField(max_length=64, default="")
    withdrawn = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, default="")
    withdrawn_reason = models.TextField(default="")

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


class ParentLink(models.Model):
    """A feature came from another one (图斑沿革): shared area in m² and its share of the smaller of the two."""

    layer = models.CharField(max_length=80)
    county = models.CharField(max_length=6)
    child = models.CharField(max_length=80)
    parent = models.CharField(max_length=80)
    shared_m2 = models.DecimalField(max_digits=20, decimal_places=2)
    share = models.DecimalField(max_digits=7, decimal_places=4)
    source = models.CharField(max_length=10, choices=LINK_SOURCES)
    edition = models.ForeignKey(Edition, models.PROTECT)

    class Meta:
        indexes = (
            models.Index(fields=("layer", "county", "child"), name="link_by_child"),
            models.Index(fields=("layer", "county", "parent"), name="link_by_parent"),
        )
