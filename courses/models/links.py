"""Links that let somebody without an account do one thing, once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignedLinkQuerySet[L: "SignedLink"](models.QuerySet[L]):
    def usable(self, token: str, *, at: datetime | None = None) -> Self:
        """The link with this token if it is not spent, revoked or expired (at most one row)."""
        return self.filter(
            digest=SignedLink.digest_of(token),
            spent_at=None,
            revoked_at=None,
            expires_at__gt=at or timezone.now(),
        )


class SignedLink(models.Model):
    """A random token in an address; we keep its SHA-256. GET changes nothing, POST spends it."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    spent_at = models.DateTimeField(_("used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def new_token() -> str:
        """A token of 256 random bits, for an address."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(token: str) -> str:
        """What is stored of a token."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_usable(self) -> bool:
        return (
            self.spent_at is None and self.revoked_at is None and self.expires_at > timezone.now()
        )
