"""What the portal does not do: the message is the only holder of the mail."""

from celery import shared_task
from django.core.mail import EmailMessage

from accounts.models import User


@shared_task(ignore_result=True)
def mail_directly(key: str) -> None:
    EmailMessage("A change", "", None, ["a@b.example"], headers={"Message-ID": key}).send()


@shared_task(ignore_result=True)
def mail_after_reading(key: str) -> None:
    reader = User.objects.get(email="reader@university.example")
    EmailMessage("A change", "", None, [reader.email], headers={"Message-ID": key}).send()
