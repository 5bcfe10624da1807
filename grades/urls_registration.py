"""A student's registration: /exchange/<reference>/registration/."""

from django.urls import path

from grades.views import own_registration

app_name = "registration"
urlpatterns = [
    path("<ref:reference>/registration/", own_registration.own, name="own"),
    path("<ref:reference>/registration/file/", own_registration.file, name="file"),
    path("<ref:reference>/registration/paper/<uuid:pk>/", own_registration.paper, name="paper"),
]
