"""The participating universities."""

from django.urls import path

from vx_portal.soon import soon

app_name = "universities"
urlpatterns = [
    path("", soon, name="list"),
    path("<str:code>/", soon, name="university"),
]
