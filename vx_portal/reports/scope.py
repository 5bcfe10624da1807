"""Whose cases a reader's reports count, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from courses.models import Faculty, Programme, University
from enrolments.scopes import scopes_of

if TYPE_CHECKING:
    from accounts.models import User


def scope_in_words(user: User) -> str:
    """Such as: Humanities; Honours programme, all faculties. One query for each kind of scope."""
    scopes = scopes_of(user)
    if scopes.reads_all:
        return _("all faculties and universities")
    found = []
    faculties = scopes.coordinates_faculties | scopes.administers
    if faculties:
        found += [one.name for one in Faculty.objects.filter(pk__in=faculties)]
    if scopes.coordinates_programmes:
        rows = Programme.objects.filter(pk__in=scopes.coordinates_programmes)
        found += [str(one) for one in rows]
    if scopes.all_honours:
        found.append(_("honours programme, all faculties"))
    elif scopes.honours_faculties:
        rows_of_honours = Faculty.objects.filter(pk__in=scopes.honours_faculties)
        found += [_("honours programme, %(faculty)s") % {"faculty": f} for f in rows_of_honours]
    if scopes.partner_of:
        found += [one.local_name for one in University.objects.filter(pk__in=scopes.partner_of)]
    if scopes.is_exams:
        found.append(_("all students who are enrolled by a host"))
    return "; ".join(found)
