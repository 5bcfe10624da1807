"""Invigilators: which languages they speak, and when they can come."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exams.models.rooms import ForArrangers


class InvigilatorQuerySet(ForArrangers["Invigilator"]):
    pass


class Invigilator(models.Model):
    """Somebody who invigilates; an account is not needed for it."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("There is an invigilator with this address already.")},
    )
    speaks_nl = models.BooleanField(_("speaks Dutch"), default=True)
    speaks_en = models.BooleanField(_("speaks English"), default=True)
    user = models.OneToOneField(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="invigilator",
        verbose_name=_("account"),
    )
    is_in_use = models.BooleanField(_("can be asked"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = InvigilatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("invigilator")
        verbose_name_plural = _("invigilators")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="invigilator_speaks",
                condition=Q(speaks_nl=True) | Q(speaks_en=True),
                violation_error_message=_("Choose at least one language."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class InvigilatorHoursQuerySet(ForArrangers["InvigilatorHours"]):
    pass


class InvigilatorHours(models.Model):
    """An invigilator can come from a moment until a moment."""

    invigilator = models.ForeignKey(Invigilator, models.CASCADE, related_name="hours")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = InvigilatorHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="invigilator_hours_in_order",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]
