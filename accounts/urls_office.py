"""Where the programme office gives people their roles."""

from django.urls import path

from vx_portal.soon import soon

app_name = "people"
urlpatterns = [
    path("", soon, name="people"),
    path("invite/", soon, name="invite"),
    path("<int:pk>/", soon, name="person"),
]
