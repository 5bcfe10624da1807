from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "privacy"
    verbose_name = _("Privacy")

    def ready(self) -> None:
        from enrolments import later  # noqa: PLC0415  # models are loaded only now
        from privacy.retention import held_cases  # noqa: PLC0415

        later.add(held=held_cases)
