"""Where somebody who was invited takes the invitation up."""

from django.urls import path

from vx_portal.soon import soon

app_name = "invitation"
urlpatterns = [path("<str:token>/", soon, name="accept")]
