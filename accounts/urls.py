"""A person's own account. allauth's addresses keep allauth's names."""

from django.urls import path

from vx_portal.soon import soon

app_name = "accounts"
own = [
    path("", soon, name="account"),
    path("start/", soon, name="start"),
    path("profile/", soon, name="profile"),
]
urlpatterns = own
