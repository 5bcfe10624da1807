"""What the office may settle: /office/settings/."""

from django.urls import path

from paperwork.views import settings

app_name = "settings"
urlpatterns = [
    path("", settings.home, name="home"),
    path("<str:name>/", settings.setting, name="setting"),
    path("<str:name>/back/", settings.back, name="back"),
]
