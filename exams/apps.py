from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from exams import append_only, guards


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("Exams")

    def ready(self) -> None:
        from enrolments import later  # noqa: PLC0415  # models are loaded only now
        from exams import following, outcome, own  # noqa: PLC0415
        from exams.services import leaving  # noqa: PLC0415

        later.add(
            parts=following.parts,
            appointments=following.appointments,
            moments=following.moments,
            news=outcome.news,
            history=outcome.history,
        )
        later.add(parts=own.parts, news=own.news, history=own.history, left=leaving.leave)
        post_migrate.connect(guards.ensure_triggers, dispatch_uid="exams.guards")
        post_migrate.connect(append_only.ensure_triggers, dispatch_uid="exams.append_only")
