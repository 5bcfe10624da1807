from django.apps import AppConfig
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _

from enrolments.converters import ReferenceConverter


class EnrolmentsConfig(AppConfig):
    name = "enrolments"
    verbose_name = _("Applications and placement")

    def ready(self) -> None:
        register_converter(ReferenceConverter, "ref")
