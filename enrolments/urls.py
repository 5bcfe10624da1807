"""Addresses of a student's cases: /exchange/."""

from django.urls import path

from enrolments.views import student

app_name = "exchange"
urlpatterns = [
    path("", student.cases, name="cases"),
    path("<str:reference>/", student.case, name="case"),
]
