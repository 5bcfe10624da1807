"""The first person of the programme office, who invites all others."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts.models import Membership, Role, User
from accounts.services.memberships import Grant, take_up


class Command(BaseCommand):
    help = "Make an account of the programme office, as long as there is none; no password is set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    @transaction.atomic
    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        if Membership.objects.current().filter(role=Role.OFFICE).exists():
            raise CommandError("The office has somebody: they invite others from the portal.")
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError("Somebody has an account with that address already.")
        user = User.objects.create_user(email, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        take_up(user, Grant(role=Role.OFFICE), given_by=None)
        address = settings.SITE_URL + reverse("account_reset_password")
        self.stdout.write(f"{name} can now choose a password: {address}")
