"""Every address. People's pages carry their language; machines' do not."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from accounts.views import coordinators, sso
from courses import urls_office
from grades.views import experience
from paperwork.views import notices
from vx_portal import background, demo_mail, display, errors, health, home, office, texts, theme
from vx_portal.homes import views
from vx_portal.reports import public

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # called by allauth
handler500 = errors.server_error

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("theme-<slug:version>.css", theme.sheet, name="theme"),
    path("icon-<slug:version>.svg", theme.icon, name="theme-icon"),
    path("logo-<slug:version>.png", theme.logo, name="logo"),
    path("sso/callback/", sso.callback, name="sso-callback"),  # one for both languages
    *i18n_patterns(
        path("", home.home, name="home"),
        path("work/", include("vx_portal.homes.urls")),
        path("search/", views.search, name="search"),
        path("courses/", include("courses.urls")),
        path("courses/", include("enrolments.urls_counting")),
        path("universities/", include("courses.urls_universities")),
        path("how-it-works/", texts.how_it_works, name="how-it-works"),
        path("how-it-works/exams/", texts.exams, name="exams-explained"),
        path("how-it-works/grade-registration/", texts.registration, name="registration-explained"),
        path("how-it-works/honours/", texts.honours, name="honours-explained"),
        path("coordinators/", coordinators.coordinators, name="coordinators"),
        path("help/", texts.help_page, name="help"),
        path("accessibility/", texts.accessibility, name="accessibility"),
        path("privacy/", texts.privacy, name="privacy"),
        path("account/display/", display.display, name="display"),
        path("account/notices/", notices.choices, name="notice-choices"),
        path("account/files/", include("paperwork.urls_files")),
        path("account/data/", include("privacy.urls_copies")),
        path("account/", include("accounts.urls")),
        path("account/", include("accounts.urls_signing_in")),
        path(
            "office/",
            include(([path("", office.home, name="home"), *urls_office.urlpatterns], "office")),
        ),
        path("office/background/", background.background, name="background"),
        path("office/background/again/", background.again, name="background-again"),
        path("office/background/sent/", background.sent, name="background-sent"),
        path("office/background/test/", background.send_test, name="background-test"),
        path("office/", include("enrolments.urls_rules")),
        path(
            "office/settings/colours/<slug:brand>_<slug:signal>.css",
            theme.preview,
            name="colours-preview",
        ),
        path("office/settings/", include("paperwork.urls_settings")),
        path("office/help-texts/", include("vx_portal.urls_help")),
        path("office/texts/", include("paperwork.urls_texts")),
        path("office/people/", include("accounts.urls_office")),
        path("office/audit/", include("privacy.urls_audit")),
        path("office/retention/", include("privacy.urls_retention")),
        path("office/documents/", include("paperwork.urls_documents")),
        path("office/hosts/", include("enrolments.urls_hosts")),
        path("office/grade-tables/", include("grades.urls_office")),
        path("office/results/", include("grades.urls_results")),
        path("office/experiences/", experience.answers, name="experiences"),
        path("reports/", include("vx_portal.reports.urls")),
        path("turnaround/", public.turnaround, name="turnaround"),
        path("turnaround/<slug:suffix>/", public.download, name="turnaround-file"),
        path("desk/durations/", include("vx_portal.reports.urls_before")),
        path("honours/", include("grades.urls_honours")),
        path("verify/", include("paperwork.urls_verify")),
        path("notices/", include("paperwork.urls")),
        path("exchange/", include("grades.urls")),
        path("exchange/<ref:reference>/experience/", experience.answer, name="experience"),
        path("exchange/", include("enrolments.urls")),
        path("exchange/", include("privacy.urls_own")),
        path("exchange/", include("grades.urls_registration")),
        path("desk/registrations/", include("grades.urls_registrations")),
        path("desk/", include("grades.urls_desk")),
        path("desk/", include("enrolments.urls_case")),
        path("desk/", include("privacy.urls_desk")),
        path("desk/", include("enrolments.urls_desk")),
        path("partner/results/", include("grades.urls_home_results")),
        path("partner/", include("enrolments.urls_partner")),
        path("partner/exams/", include("exams.urls_partner")),
        path("exams/plan/", include("exams.urls_plan")),
        path("exams/", include("exams.urls")),
        path("exchange/", include("exams.urls_student")),
        path("exam/", include("exams.urls_link")),
        path("partner/", include("grades.urls_partner")),
        path("exams/day/", include("exams.urls_day")),
        path("exams/papers/", include("exams.urls_papers")),
        path("partner/exam-days/", include("exams.urls_partner_day")),
        path("paper/", include("exams.urls_paper_link")),
        path("transcripts/", include("grades.urls_transcript_link")),
        path("board/", include("enrolments.urls_board")),
        path("host/", include("enrolments.urls_host")),
        path("confirm/", include("courses.urls_confirm")),
        path("invitation/", include("accounts.urls_invitation")),
        path("demo/mail/", demo_mail.messages, name="demo-mail"),
        path("demo/mail/<str:name>/", demo_mail.message, name="demo-mail-message"),
        path("demo/mail/<str:name>/html/", demo_mail.as_html, name="demo-mail-html"),
        prefix_default_language=True,
    ),
]
