"""Addresses of the reports: /reports/."""

from django.urls import path

from vx_portal.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:name>/", views.report, name="report"),
    path("<slug:name>/csv/", views.as_csv, name="csv"),
    path("<slug:name>/xlsx/", views.as_xlsx, name="xlsx"),
]
