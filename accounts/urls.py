"""A person's own account. allauth's addresses keep allauth's names."""

from django.urls import path

from accounts.views import account, demo

app_name = "accounts"
urlpatterns = [
    path("", account.account, name="account"),
    path("start/", account.start, name="start"),
    path("profile/", account.profile, name="profile"),
    path("resume/", account.resume, name="resume"),
    path("demo/", demo.sign_in, name="demo"),
]
