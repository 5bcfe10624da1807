"""The Honours Academy's link: /honours/<token>/."""

from django.urls import path

from grades.views import honours

app_name = "honours"
urlpatterns = [
    path("<str:token>/", honours.overview, name="overview"),
    path("<str:token>/anew/", honours.anew, name="anew"),
]
