"""What the portal owes about its own working, and for the apps before this one."""

from datetime import timedelta

from django.conf import settings

from accounts.models import Role
from courses.wording import gettext_lazy as _
from paperwork import background
from paperwork.models import Document, Notice
from paperwork.registry import (
    DOCUMENTS,
    NOTICES,
    DocumentKind,
    FileKind,
    NoticeKind,
    register_documents,
    register_files,
    register_notices,
)

register_notices(
    NoticeKind(
        "test",
        _("Test message"),
        "paperwork/notices/test",
        always=True,
        roles=(Role.OFFICE,),
        why=_("You get this because you asked for it on the page “Background work”."),
    ),
    NoticeKind(
        "digest",
        _("What you want once a day, together"),
        "paperwork/notices/digest",
        always=True,
        mail_only=True,
        why=_("You get this because you chose to hear of these things once a day."),
    ),
    NoticeKind(
        "chain_broken",
        _("The audit trail was tampered with"),
        "paperwork/notices/chain_broken",
        always=True,
        roles=(Role.OFFICE, Role.AUDITOR),
        why=_("You get this because you watch over the audit trail."),
    ),
    NoticeKind(
        "accounts.invitation",
        _("Invitation"),
        "accounts/notices/invitation",
        outside=True,
        why=_("You get this because the programme office gave your address."),
    ),
    NoticeKind(
        "accounts.role_given",
        _("You have been given a role"),
        "accounts/notices/role_given",
        roles=tuple(Role.values),
        why=_("You get this because you have an account on the portal."),
    ),
    NoticeKind(
        "accounts.role_ended",
        _("A role of yours has ended"),
        "accounts/notices/role_ended",
        roles=tuple(Role.values),
        why=_("You get this because you have an account on the portal."),
    ),
    NoticeKind(
        "accounts.many_failures",
        _("Somebody is trying to sign in as you"),
        "accounts/notices/many_failures",
        always=True,
        why=_("You get this because it is about the safety of your account."),
    ),
    # What allauth has to say: see accounts/adapters.py.
    NoticeKind(
        "accounts.code",
        _("Code to confirm an e-mail address"),
        "accounts/notices/code",
        outside=True,
        fleeting=timedelta(seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT),
        why=_("You get this because somebody filled in your address in {portal}."),
    ),
    NoticeKind(
        "accounts.link",
        _("Link to sign in or to choose a password"),
        "accounts/notices/link",
        outside=True,
        fleeting=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        why=_("You get this because somebody filled in your address in {portal}."),
    ),
    NoticeKind(
        "accounts.security",
        _("Something changed in how you sign in"),
        "accounts/notices/security",
        always=True,
        why=_("You get this because it is about the safety of your account."),
    ),
    NoticeKind(
        "courses.confirm",
        _("Question to a partner: is it still true?"),
        "courses/notices/confirm",
        outside=True,
        why=_("You get this because you are the contact of your university for {portal}."),
    ),
)
if settings.DEMO:  # paperwork/demo.py
    register_notices(
        NoticeKind("demo", _("Message from the programme office"), "paperwork/notices/demo")
    )
register_documents(
    DocumentKind("letter", _("Letter"), "paperwork/documents/letter"),
    DocumentKind("form", _("Form"), "paperwork/documents/form"),
)
register_files(FileKind("earlier_education", _("Proof of earlier education")))
background.register(
    background.Work(
        "notices",
        _("Messages"),
        Notice,
        "paperwork.tasks.send_notice",
        rows=Notice.objects.for_background_work,
        labels=lambda kind: NOTICES[kind].label if kind in NOTICES else kind,
    ),
    background.Work(
        "documents",
        _("Documents"),
        Document,
        "paperwork.tasks.make_document",
        rows=Document.objects.visible_to,
        labels=lambda kind: DOCUMENTS[kind].label if kind in DOCUMENTS else kind,
        one=_("document"),
    ),
)
