"""Where the programme office sets the rules of applications: /office/rules/ and places."""

from django.urls import path

from enrolments.views import rules

app_name = "rules"
urlpatterns = [
    path("rules/", rules.home, name="home"),
    path("rules/portal/", rules.portal, name="portal"),
    path("rules/faculties/<int:pk>/", rules.faculty, name="faculty"),
    path("rules/programmes/", rules.programmes, name="programmes"),
    path("rules/programmes/<int:pk>/", rules.programme, name="programme"),
    path("rules/hosts/", rules.hosts, name="hosts"),
    path("rules/hosts/<int:pk>/", rules.host, name="host"),
    path("rules/versions/", rules.history, name="versions"),
    path("editions/<int:pk>/places/", rules.places, name="places"),
]
