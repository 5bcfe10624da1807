"""What a password must be: Django's rules, in words that say what to do, in both languages."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Choose a longer password: at least %(length)s characters.") % {
            "length": self.min_length
        }


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Choose another password: this one is on the lists that attackers try first.")


class NotAboutYou(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Choose another password: this one looks too much like your %(verbose_name)s.")
