"""Handing one notice to the mail server, as often as its kind promises.

SMTP cannot say after a crash whether a mail has gone. So kinds whose second mail does no harm are
sent again, with the same Message-ID; others are marked `sending` before the server gets a word of
them, and become `uncertain` when nobody comes back to say how it ended.
"""

from __future__ import annotations

import smtplib
from datetime import timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage
from django.utils import timezone

from paperwork import mails, outgoing
from paperwork.models import Notice, Owed
from paperwork.models.notice import WIPED
from paperwork.models.owed import HANDED_OVER_OR_NOT
from paperwork.outgoing import postbox
from paperwork.registry import NOTICES, Twice

log = structlog.get_logger("paperwork.delivery")

PAUSE = timedelta(seconds=outgoing.REST)  # of a row whose server gave trouble


def send(notice_id: str) -> None:
    """Mail the notice with this id if it is owed and nobody else has it; never raises for a mail.

    While the mail server is known to give trouble nothing is taken: the rows wait, uncounted.
    """
    if postbox.is_resting:
        return
    notice = Notice.objects.select_related("recipient").filter(pk=notice_id).first()
    if notice is None or not notice.claim():
        return
    if is_over(notice):
        log.warning("mail dropped, it is worth nothing any more", kind=notice.kind)
        notice.delete()
        return
    with structlog.contextvars.bound_contextvars(
        request_id=notice.request_id, notice=str(notice.pk), attempt=notice.attempts
    ):
        if notice.recipient and not notice.recipient.is_active:
            notice.move(Owed.State.OFF, lease_until=None, **WIPED)
        elif mail := _written(notice):
            _hand_over(notice, mail)


def is_over(notice: Notice) -> bool:
    """Whether its kind is fleeting and its time is over."""
    known = NOTICES.get(notice.kind)
    return bool(known and known.fleeting and notice.created_at + known.fleeting <= timezone.now())


def drop_fleeting() -> int:
    """Take away what was not sent while it was worth something, however it ended."""
    return sum(
        Notice.objects.filter(
            kind=kind.name, created_at__lte=timezone.now() - kind.fleeting
        ).delete()[0]
        for kind in NOTICES.values()
        if kind.fleeting
    )


def _written(notice: Notice) -> EmailMessage | None:
    """The mail; None when it cannot be written, which is noted in the row."""
    try:
        return mails.message(notice)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the others go on
        _refused(notice, type(error).__name__)
        return None


def _hand_over(notice: Notice, mail: EmailMessage) -> None:
    """Give `mail` to the server, and write what came of it."""
    known = NOTICES.get(notice.kind)
    holds = known is not None and known.twice is Twice.HOLD
    begun = False
    try:
        with postbox.opened() as backend:
            if holds and not notice.move(Owed.State.SENDING):
                return
            begun = True
            outgoing.send(backend, mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        code = _code(refusal)
        if code == 421:  # the server goes down, whoever it is for
            _server_trouble(notice, "SMTP 421")
        else:
            _refused(notice, f"SMTP {code}", for_good=code >= 500)
    except (OSError, SoftTimeLimitExceeded) as error:  # smtplib's exceptions are OSErrors too
        if not begun or _is_refusal(error):
            _server_trouble(notice, f"{type(error).__name__} {_code(error) or ''}".strip())
        else:
            _fell_silent(notice, type(error).__name__, uncertain=holds)
    except Exception as error:  # noqa: BLE001  # no mail can be made of it; the server heard nothing
        _refused(notice, type(error).__name__, for_good=isinstance(error, ValueError))
    else:
        if notice.finish(**WIPED):
            log.info("mail sent", kind=notice.kind)
            if known and known.fleeting:
                notice.delete()
        else:
            log.warning("mail sent after its lease", kind=notice.kind)


def _is_refusal(error: Exception) -> bool:
    """Whether the server gave its answer: of us, not of the reader (sign-in, sender, greeting)."""
    return isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    )


def _code(refusal: Exception) -> int:
    """The number of the server's answer; 0 when there is none."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return next((int(code) for code, _text in refusal.recipients.values()), 0)
    return int(getattr(refusal, "smtp_code", 0))


def _refused(notice: Notice, problem: str, *, for_good: bool = False) -> None:
    """This mail was refused or cannot be made: again later, or never."""
    notice.fail(problem, for_good=for_good)
    log.warning("mail refused", kind=notice.kind, problem=problem, state=notice.state)


def _server_trouble(notice: Notice, problem: str) -> None:
    """The server takes nothing at all now: that is not this notice's fault."""
    postbox.rest()
    notice.postpone(problem, PAUSE)
    log.warning("mail server gives trouble", problem=problem)


def _fell_silent(notice: Notice, problem: str, *, uncertain: bool) -> None:
    """The server stopped answering in the middle of this mail: it may have taken it.

    This counts as an attempt: it can be this mail that a server on the way chokes on.
    """
    postbox.rest()
    if uncertain:
        notice.move(Owed.State.UNCERTAIN, lease_until=None, error=HANDED_OVER_OR_NOT)
    else:
        notice.fail(problem)
    log.warning("mail server fell silent", problem=problem, state=notice.state)
