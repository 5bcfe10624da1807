"""A person's notices."""

from django.urls import path

from paperwork.views import notices

app_name = "notices"
urlpatterns = [
    path("", notices.notices, name="list"),
    path("read/", notices.read_all, name="read-all"),
    path("<uuid:pk>/", notices.open_notice, name="open"),
    path("<uuid:pk>/read/", notices.read, name="read"),
]
