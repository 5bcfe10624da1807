"""Links by which a host without an account sends transcripts, of one student or of many."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses import anew, house
from courses.models import SignedLink, University
from enrolments.models import HostLink
from enrolments.scopes import scopes_of
from enrolments.services import hosting
from grades.no_transcript import awaited
from grades.services.actions import ActionError
from paperwork.models import Notice
from paperwork.services.events import Outsider, record
from paperwork.services.notices import Address, Link, owe_notice

PURPOSE = HostLink.Purpose.TRANSCRIPTS


@transaction.atomic
def ask(university: University, *, email: str, language: str, by: User) -> HostLink:
    """Mail a host a link by which it sends transcripts; those sent before go on until they end.

    Raises ActionError when `by` is not of the office, or the university is our own.
    """
    if not scopes_of(by).is_office or university.is_home:
        raise ActionError(_("You cannot ask this."))
    return _send(university, email, language, by)


@transaction.atomic
def remind(university: University, key: str, *, unsettled: int = 0) -> bool:
    """The portal itself writes to the host's address, once for each `key`; whether it did."""
    University.objects.select_for_update(no_key=True).get(pk=university.pk)  # two workers
    if Notice.objects.filter(key=key).exists():
        return False
    used = HostLink.objects.filter(university=university, purpose=PURPOSE, used_at__isnull=False)
    last = used.order_by("-used_at").first() if unsettled else None  # who sent these files
    email = last.email if last else university.contact_email
    language = last.language if last else "nl" if university.country == "NL" else "en"
    if email:
        _send(university, email, language, None, key=key, unsettled=unsettled)
    return bool(email)


def send_anew(link: HostLink) -> None:
    """Send another to who had this one."""
    asked = hosting.actor_of(link, anew.holder())
    _send(link.university, link.email, link.language, asked, name=link.name)


def _send(
    university: University,
    email: str,
    language: str,
    by: User | Outsider | None,
    *,
    name: str = "",
    key: str = "",
    unsettled: int = 0,
) -> HostLink:
    token = SignedLink.new_token()
    link = HostLink(
        university=university,
        purpose=PURPOSE,
        digest=SignedLink.digest_of(token),
        expires_at=timezone.now() + house.span("applying.link_days"),
        email=email,
        name=name,
        language=language,
        made_by=by if isinstance(by, User) else None,
    )
    link.full_clean(exclude=["made_by"])  # none: the portal itself, or who asked for a new one
    link.save()
    number = awaited().filter(edition__course__university=university).count()
    owe_notice(
        "grades.transcripts_awaited_outside",
        key or f"transcript-link-{link.pk}",
        Address(email, language),
        {
            "number": number,
            "unsettled": unsettled,
            "host": university,
            "office": house.text("portal.contact"),
            "link": link,
        },
        link=Link("transcript-link:give", [token], secret=True),
        until=link.expires_at,
    )
    role = "office" if isinstance(by, User) else by.role if by else "portal"
    record(link, "send_transcripts", by=by, role=role)
    return link


def find(token: str) -> HostLink | None:
    """The link for transcripts with this token, whether it can be used or not."""
    rows = HostLink.objects.select_related("university")
    return rows.filter(digest=SignedLink.digest_of(token), purpose=PURPOSE).first()
