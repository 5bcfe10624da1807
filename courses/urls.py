"""The public catalogue and its courses."""

from django.urls import path

from courses import feeds
from courses.views import catalogue, compare, course

app_name = "courses"
urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("compare/", compare.compare, name="compare"),
    path("feed/", feeds.feed, name="feed"),
    path("<slug:university>/<slug:course>/", course.course, name="course"),
    path("<slug:university>/<slug:course>/calendar.ics", course.calendar, name="calendar"),
]
