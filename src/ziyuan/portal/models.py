"""Tables of the web edge."""

from django.db import models


class Guess(models.Model):
    """Wrong query codes in a row for the numbers that fall into one slot; there are never more rows than slots."""

    slot = models.IntegerField(primary_key=True)
    failures = models.IntegerField(default=0)
    changed = models.DateTimeField()

    class Meta:
        db_table = "portal_guess"
