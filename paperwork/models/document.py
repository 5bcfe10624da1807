"""Documents that the portal makes: owed in a transaction, made by a worker, never made over."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from paperwork.models.owed import Owed, OwedQuerySet
from paperwork.registry import DOCUMENTS
from vx_portal.http import roles_of

if TYPE_CHECKING:
    from vx_portal.http import Person

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
CODE_LENGTH = 16  # 80 bits
LOOKS_LIKE = str.maketrans("OIL", "011")  # what these are read for is not among the letters


def new_code() -> str:
    """A code that nobody can guess, to be read from paper: ABCD-EFGH-JKLM-NPQR without dashes."""
    return "".join(secrets.choice(LETTERS) for _number in range(CODE_LENGTH))


def code_as_typed(text: str) -> str:
    """The code in `text` as somebody read it from paper; empty when there can be none in it.

    Dashes, dots, spaces and small letters do no harm, nor O for 0 and I or L for 1.
    """
    code = "".join(re.findall(r"[^\W_]", text)).upper().translate(LOOKS_LIKE)
    return code if len(code) == CODE_LENGTH and set(code) <= set(LETTERS) else ""


class DocumentQuerySet(OwedQuerySet["Document"]):
    def visible_to(self, user: Person) -> Self:
        """All for the office and auditors, others come through the case: `about(case)`."""
        return self if roles_of(user) & {"office", "auditor"} else self.none()


class Document(Owed):
    """A PDF owed or made: what it says is in `data`, so that it can be made again the same."""

    kind = models.CharField(_("kind"), max_length=60, editable=False)
    key = models.CharField(max_length=200, editable=False, help_text=_("What it is the one of."))
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    data: models.JSONField[Any, Any] = models.JSONField(_("what it says"), default=dict)
    code = models.CharField(
        _("verification code"),
        max_length=CODE_LENGTH,
        unique=True,
        default=new_code,
        editable=False,
    )
    file = models.CharField(_("file"), max_length=100, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), default=0, editable=False)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0, editable=False)
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="documents_asked", editable=False
    )
    replaced_at = models.DateTimeField(
        _("replaced"), null=True, editable=False, help_text=_("When a newer version was made.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                name="document_owed", fields=["due_at"], condition=Q(state__in=["new", "leased"])
            ),
            models.Index(name="document_about", fields=["subject_kind", "subject_id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="document_one_version", fields=["kind", "key", "version"]),
            models.CheckConstraint(
                name="document_state_known", condition=Q(state__in=Owed.State.values)
            ),
            models.CheckConstraint(
                name="document_language_known", condition=Q(language__in=["nl", "en"])
            ),
            models.CheckConstraint(
                name="document_done_has_a_file",
                condition=~Q(state="done") | (~Q(file="") & ~Q(sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_label(self) -> str:
        """What its kind is called; the bare name of a kind that is no longer known."""
        return str(DOCUMENTS[self.kind].label) if self.kind in DOCUMENTS else self.kind

    @property
    def code_in_groups(self) -> str:
        """The code as it stands on paper: ABCD-EFGH-JKLM-NPQR."""
        return "-".join(self.code[start : start + 4] for start in range(0, CODE_LENGTH, 4))
