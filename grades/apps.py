from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GradesConfig(AppConfig):
    name = "grades"
    verbose_name = _("Grades and registration")

    def ready(self) -> None:
        from enrolments import later  # noqa: PLC0415  # models are loaded only now
        from grades import (  # noqa: PLC0415
            afterwards,
            following,
            kinds_registration,  # noqa: F401  # says which notices and documents there are
            kinds_results,  # noqa: F401
            own_registration,
            whereabouts,
        )
        from grades.services import leaving  # noqa: PLC0415

        later.add(parts=following.parts)
        later.add(parts=own_registration.parts, left=leaving.leave)
        later.add(parts=afterwards.parts, news=whereabouts.news, history=afterwards.history)
