"""Addresses of the office's results of our own courses: /office/results/."""

from django.urls import path

from grades.views import own_results

app_name = "results"
urlpatterns = [
    path("", own_results.home, name="home"),
    path("edition/<int:pk>/", own_results.edition, name="edition"),
    path("edition/<int:pk>/list/", own_results.template, name="template"),
    path("edition/<int:pk>/check/", own_results.check, name="check"),
    path("edition/<int:pk>/enter/", own_results.enter_list, name="enter-list"),
    path("edition/<int:pk>/confirm/", own_results.confirm, name="confirm"),
    path("back/<int:pk>/", own_results.send_back, name="send-back"),
    path("<ref:reference>/", own_results.enter, name="enter"),
]
