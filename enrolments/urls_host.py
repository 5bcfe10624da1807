"""A host's students, by a link and without an account: /host/."""

from django.urls import path

from enrolments.views import host

app_name = "host"
urlpatterns = [
    path("<str:token>/", host.students, name="students"),
    path("<str:token>/confirm/", host.confirm, name="confirm"),
    path("<str:token>/download/", host.download, name="download"),
    path("<str:token>/anew/", host.anew, name="anew"),
    path("<str:token>/<ref:reference>/decline/", host.decline, name="decline"),
]
