"""The participating universities."""

from django.urls import path

from courses.views import universities

app_name = "universities"
urlpatterns = [
    path("", universities.universities, name="list"),
    path("<slug:code>/", universities.university, name="university"),
]
