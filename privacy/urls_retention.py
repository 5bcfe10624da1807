from django.urls import path

from privacy.views import retention

app_name = "retention"
urlpatterns = [
    path("", retention.home, name="home"),
    path("<int:pk>/", retention.preview, name="preview"),
    path("<int:pk>/hold/", retention.hold_back, name="hold-back"),
    path("<int:pk>/release/", retention.release, name="release"),
    path("holds/new/", retention.place_hold, name="place-hold"),
    path("holds/<int:pk>/lift/", retention.lift, name="lift"),
]
