"""Where each role begins: /work/."""

from django.urls import path

from vx_portal.homes import views

app_name = "work"
urlpatterns = [
    path("", views.home, name="home"),
    path("as/", views.switch, name="switch"),
]
