from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from paperwork import append_only


class PaperworkConfig(AppConfig):
    name = "paperwork"
    verbose_name = _("Notices, documents and files")

    def ready(self) -> None:
        from courses import house, telling  # noqa: PLC0415  # models are loaded only now
        from paperwork.services import post, settings  # noqa: PLC0415

        # Each app says there which notices and documents it owes, which events it writes, and
        # what the office may settle.
        autodiscover_modules("kinds", "happenings", "terms")
        telling.use(post)
        house.use(settings.read)
        post_migrate.connect(append_only.ensure_triggers, dispatch_uid="paperwork.append_only")
