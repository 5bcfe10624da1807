"""The texts of messages: /office/texts/."""

from django.urls import path

from paperwork.views import texts

app_name = "texts"
urlpatterns = [
    path("", texts.home, name="home"),
    path("<str:kind>/", texts.message, name="message"),
    path("<str:kind>/<slug:digest>/", texts.text, name="text"),
    path("<str:kind>/<slug:digest>/back/", texts.back, name="back"),
]
