from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from exams.guards import ensure_triggers


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("Exams")

    def ready(self) -> None:
        post_migrate.connect(ensure_triggers, dispatch_uid="exams.guards")
