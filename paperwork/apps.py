from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PaperworkConfig(AppConfig):
    name = "paperwork"
    verbose_name = _("Notices, documents and files")

    def ready(self) -> None:
        from courses import telling  # noqa: PLC0415  # models are loaded only now
        from paperwork.services import post  # noqa: PLC0415

        autodiscover_modules("kinds")  # each app says there which notices and documents it owes
        telling.use(post)
