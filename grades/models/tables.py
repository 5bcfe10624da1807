"""Tables that suggest what a host's grade may mean here. They suggest: a person records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import University

if TYPE_CHECKING:
    from vx_portal.http import Person


class GradeTableQuerySet(models.QuerySet["GradeTable"]):
    def visible_to(self, user: Person) -> Self:
        """Everybody signed in: students read what a host's grades have meant here."""
        return self if user.is_authenticated else self.none()


class GradeTable(models.Model):
    """One way to read a university's scale, with where it comes from and how it was made."""

    university = models.ForeignKey(
        University, models.CASCADE, related_name="grade_tables", verbose_name=_("university")
    )
    scale = models.CharField(_("grade scale"), max_length=120)
    source = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    method_nl = models.TextField(_("method, in Dutch"))
    method_en = models.TextField(_("method, in English"))
    confirmed_on = models.DateField(_("last confirmed on"), null=True, blank=True)

    objects = GradeTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade table")
        verbose_name_plural = _("grade tables")
        ordering = ["university", "pk"]
        constraints = [
            models.UniqueConstraint(name="grade_table_once", fields=["university", "scale"])
        ]

    def __str__(self) -> str:
        return f"{self.university_id} {self.scale}"


class GradeTableRowQuerySet(models.QuerySet["GradeTableRow"]):
    def visible_to(self, user: Person) -> Self:
        """As the tables."""
        return self if user.is_authenticated else self.none()


class GradeTableRow(models.Model):
    """Grades from `printed_from` to `printed_to`, or the letter `printed`, and what they mean."""

    table = models.ForeignKey(GradeTable, models.CASCADE, related_name="rows")
    printed = models.CharField(_("letter or word"), max_length=20, blank=True)
    printed_from = models.DecimalField(
        _("from"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    printed_to = models.DecimalField(
        _("up to and including"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    suggests = models.CharField(_("suggests"), max_length=4, help_text=_("Such as 7.5 or V."))
    lowest = models.CharField(_("lowest that it may mean"), max_length=4, blank=True)
    highest = models.CharField(_("highest that it may mean"), max_length=4, blank=True)

    objects = GradeTableRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a grade table")
        verbose_name_plural = _("rows of a grade table")
        ordering = ["table", "pk"]
        constraints = [
            models.CheckConstraint(
                name="grade_table_row_is_a_word_or_a_range",
                condition=~Q(printed="") & Q(printed_from=None, printed_to=None)
                | Q(printed="", printed_from__isnull=False, printed_to__isnull=False),
            ),
            models.CheckConstraint(
                name="grade_table_row_in_order",
                condition=Q(printed_from=None) | Q(printed_from__lte=F("printed_to")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_id} {self.suggests}"
