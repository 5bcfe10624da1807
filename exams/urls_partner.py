"""Exams of a partner university's people: /partner/exams/."""

from django.urls import path

from exams.views import partner

app_name = "partner-exams"
urlpatterns = [
    path("", partner.exams, name="exams"),
    path("<int:pk>/<int:attempt>/", partner.fix, name="fix"),
]
