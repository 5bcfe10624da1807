"""Whether a course will count: beside the course's own address, below /courses/."""

from django.urls import path

from enrolments.views import counts

app_name = "counting"
urlpatterns = [
    path("<slug:university>/<slug:course>/counts/", counts.counts, name="counts"),
]
