from django.apps import AppConfig
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _

from enrolments.converters import ReferenceConverter


class EnrolmentsConfig(AppConfig):
    name = "enrolments"
    verbose_name = _("Applications and placement")

    def ready(self) -> None:
        from courses import changes, personal  # noqa: PLC0415  # models: not before all is loaded
        from enrolments import fitting  # noqa: PLC0415
        from enrolments.services import changed  # noqa: PLC0415

        register_converter(ReferenceConverter, "ref")
        personal.use(fitting)
        changes.add(changed)
