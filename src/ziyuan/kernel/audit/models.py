"""Audit rows: one hash chain per node and county, heads joined by Merkle roots."""

from django.db import models


class AuditRow(models.Model):
    """One act. Written once, in the transaction of the act; never changed."""

    chain = models.CharField(max_length=12)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    organ = models.CharField(max_length=100)
    region = models.CharField(max_length=12)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    before_sm3 = models.CharField(max_length=64, blank=True)
    after_sm3 = models.CharField(max_length=64, blank=True)
    detail = models.JSONField()
    prev = models.CharField(max_length=64)
    h = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("chain", "seq"), name="audit_chain_seq"),)
        indexes = (models.Index(fields=("object_kind", "object_id"), name="audit_object"),)


class AuditHead(models.Model):
    """The last row of a chain; its lock orders the acts of one county and of no other."""

    chain = models.CharField(primary_key=True, max_length=12)
    seq = models.BigIntegerField()
    h = models.CharField(max_length=64)


class Checkpoint(models.Model):
    """Heads of all chains at a moment, their Merkle root and (each minute) its signature."""

    at = models.DateTimeField()
    heads = models.JSONField()
    root = models.CharField(max_length=64)
    prev = models.CharField(max_length=64)
    signature = models.BinaryField(null=True)
