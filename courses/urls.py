"""The public catalogue and its courses."""

from django.urls import path

from vx_portal.soon import soon

app_name = "courses"
urlpatterns = [
    path("", soon, name="catalogue"),
    path("feed/", soon, name="feed"),
    path("<str:university>/<slug:course>/", soon, name="course"),
    path("<str:university>/<slug:course>/calendar.ics", soon, name="calendar"),
]
