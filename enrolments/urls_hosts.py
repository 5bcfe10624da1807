"""The office's page of host universities: /office/hosts/."""

from django.urls import path

from enrolments.views import hosts

app_name = "hosts"
urlpatterns = [
    path("", hosts.hosts, name="hosts"),
    path("<int:pk>/", hosts.send, name="send"),
    path("links/<int:pk>/revoke/", hosts.revoke, name="revoke"),
]
