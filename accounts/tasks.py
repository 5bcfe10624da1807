"""What happens around accounts in the background."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User


@shared_task(ignore_result=True)
def tell_owner(email: str) -> None:
    """Tell whoever owns `email` that somebody is guessing the password; nobody: nothing."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        return
    with translation.override(user.language):
        subject = render_to_string("account/email/many_failures_subject.txt").strip()
        body = render_to_string(
            "account/email/many_failures_message.txt", {"site_url": settings.SITE_URL}
        )
    send_mail(subject, body.strip(), None, [user.email])
