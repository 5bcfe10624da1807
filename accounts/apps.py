from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from accounts import recovery  # noqa: PLC0415  # models are loaded only now
        from accounts.services import security  # noqa: PLC0415

        recovery.use_ours()
        security.listen()
