from celery.signals import task_prerun
from django.apps import AppConfig
from django.core.signals import request_started
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Range of courses")

    def ready(self) -> None:
        from courses.services import offer  # noqa: PLC0415  # models are loaded only now

        request_started.connect(offer.look_again, dispatch_uid="courses.offer")
        task_prerun.connect(offer.look_again, dispatch_uid="courses.offer")
