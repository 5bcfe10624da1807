"""What fields and kinds of rows are called in the copy of one's own data, where their models do not
say it in words: they are another package's, or need no words anywhere else."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

TITLES = {
    "socialaccount.socialaccount": _("Accounts of a university with which you sign in"),
    "mfa.authenticator": _("Second steps of signing in"),
    "usersessions.usersession": _("Where you are signed in"),
}
LABELS = {  # by the name of a field that has no words, or by its kind and name
    "account.emailaddress.primary": _("main address"),
    "accounts.user.last_login": _("last signed in"),
    "agreed": _("agreed"),
    "answered_at": _("answered on"),
    "asked_at": _("asked on"),
    "cells": _("what the line says"),
    "changed_at": _("last changed"),
    "chosen_at": _("chosen on"),
    "course": _("course"),
    "created_at": _("made"),
    "current": _("in force"),
    "differences": _("differences"),
    "ended_at": _("ended on"),
    "enrolment": _("application"),
    "exam": _("exam"),
    "given_at": _("given on"),
    "id": "ID",
    "invigilator": _("invigilator"),
    "ip": _("IP address"),
    "is_cancelled": _("cancelled"),
    "last_seen_at": _("last seen"),
    "last_used_at": _("last used"),
    "paperwork.mailchoice.kind": _("kind of message"),
    "query": _("filters"),
    "registration": _("registration"),
    "replaces": _("in place of"),
    "result": _("result"),
    "saved_at": _("saved on"),
    "seat": _("seat"),
    "sitting": _("sitting"),
    "slot": _("moment"),
    "socialaccount.socialaccount.date_joined": _("linked on"),
    "socialaccount.socialaccount.extra_data": _("what was told about you"),
    "socialaccount.socialaccount.last_login": _("last signed in"),
    "socialaccount.socialaccount.provider": _("signing in by"),
    "socialaccount.socialaccount.uid": _("number there"),
    "transcript": _("transcript of records"),
    "type": _("kind"),
    "user_agent": _("browser"),
}


def title_of(model: type[models.Model]) -> str:
    """What rows of `model` are called."""
    return str(capfirst(TITLES.get(model._meta.label_lower, model._meta.verbose_name_plural)))


def label_of(field: models.Field[Any, Any]) -> str:
    """What the field is called: by its own words, or by the table where it has none."""
    kind = field.model._meta.label_lower
    found = LABELS.get(f"{kind}.{field.name}")
    if found is None and _has_no_words(field):
        found = LABELS.get(field.name)
    return capfirst(str(found or field.verbose_name))


def _has_no_words(field: models.Field[Any, Any]) -> bool:
    """Whether Django or a package made them of the field's name."""
    return str(field.verbose_name).replace("_", " ").lower() == field.name.replace("_", " ")
