"""Every address. People's pages carry their language; machines' do not."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from vx_portal import errors, health, home
from vx_portal.soon import soon

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("courses/", include("courses.urls")),
        path("universities/", include("courses.urls_universities")),
        path("how-it-works/", soon, name="how-it-works"),
        path("how-it-works/exams/", soon, name="exams-explained"),
        path("how-it-works/grade-registration/", soon, name="registration-explained"),
        path("how-it-works/honours/", soon, name="honours-explained"),
        path("coordinators/", soon, name="coordinators"),
        path("help/", soon, name="help"),
        path("accessibility/", soon, name="accessibility"),
        path("privacy/", soon, name="privacy"),
        path("account/display/", soon, name="display"),
        path("account/", include("accounts.urls")),
        path("account/", include("allauth.urls")),
        path("office/", include("courses.urls_office")),
        path("office/people/", include("accounts.urls_office")),
        path("confirm/", include("courses.urls_confirm")),
        path("invitation/", include("accounts.urls_invitation")),
        path("demo/mail/", soon, name="demo-mail"),
        path("demo/mail/<str:name>/", soon, name="demo-mail-message"),
        prefix_default_language=True,
    ),
]
