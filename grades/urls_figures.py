"""Addresses of how long each step takes: /desk/durations/."""

from django.urls import path

from grades.views import figures

app_name = "figures"
urlpatterns = [
    path("", figures.durations_page, name="durations"),
    path("export/", figures.export, name="export"),
]
