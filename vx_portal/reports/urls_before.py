"""The address of how long each step takes, from before it was a report: /desk/durations/."""

from django.urls import path

from vx_portal.reports import views

app_name = "figures"
urlpatterns = [path("", views.durations, name="durations")]
