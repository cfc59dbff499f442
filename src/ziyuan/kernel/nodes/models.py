"""Gapless numbers of this node."""

from django.db import models


class Counter(models.Model):
    """Last number given in a series and year; the row lock makes numbers gapless."""

    series = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("series", "year"), name="counter_once"),)
