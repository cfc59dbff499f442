"""Files by content: the SM3 of the bytes is the name."""

from django.db import models


class StoredFile(models.Model):
    """One content. Who may read it is decided by the row that points to it, never here."""

    digest = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()
    name = models.CharField(max_length=200)
    media = models.CharField(max_length=100)
    stored = models.DateTimeField()
