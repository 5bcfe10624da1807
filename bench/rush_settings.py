"""The portal's settings without its addresses, and with Django's own middleware alone."""

from vx_portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.rushing"
MIDDLEWARE = [  # what `startproject` puts there, for a view that must know who asks
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # without which allauth refuses to start
]
