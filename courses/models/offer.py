"""The version of the offer: what everything kept in memory or rendered is keyed on."""

from __future__ import annotations

from django.db import models


class OfferVersion(models.Model):
    """One row, counted up inside every transaction that changes what visitors can read."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
