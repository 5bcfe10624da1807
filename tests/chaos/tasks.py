"""What the portal does not do: the message is the only holder of the mail."""

from celery import shared_task
from django.core.mail import EmailMessage


@shared_task(ignore_result=True)
def mail_directly(key: str) -> None:
    EmailMessage("A change", "", None, ["a@b.example"], headers={"Message-ID": key}).send()
