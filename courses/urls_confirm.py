"""Where a partner says, without an account, whether a course is still as we show it."""

from django.urls import path

from vx_portal.soon import soon

app_name = "confirm"
urlpatterns = [path("<str:token>/", soon, name="course")]
