"""What the office has settled: one row for each version of each setting. Never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person


class SettingVersionQuerySet(models.QuerySet["SettingVersion"]):
    def visible_to(self, user: Person) -> Self:
        """The office and auditors; what they say everybody reads."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()

    def newest(self) -> Self:
        """The version that holds, of each setting that has any."""
        later = SettingVersion.objects.filter(
            name=OuterRef("name"), number__gt=OuterRef("number")
        ).order_by()
        return self.filter(~Exists(later))


class SettingVersion(models.Model):
    """One value of one setting (courses/house.py); the highest number of its name holds."""

    name = models.CharField(_("setting"), max_length=80, editable=False)
    number = models.PositiveIntegerField(_("version"), editable=False)
    value: models.JSONField[Any, Any] = models.JSONField(
        _("value"),
        null=True,
        editable=False,
        help_text=_("Empty: what holds until the office sets it."),
    )
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    by_name = models.CharField(_("who"), max_length=150, blank=True, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    why = models.CharField(_("why"), max_length=300, blank=True)

    objects = SettingVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a setting")
        verbose_name_plural = _("versions of settings")
        ordering = ["name", "-number"]
        constraints = [
            models.UniqueConstraint(name="setting_version_once", fields=["name", "number"]),
            models.CheckConstraint(name="setting_version_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
