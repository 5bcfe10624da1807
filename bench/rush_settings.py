"""The portal's settings without its addresses and middleware: the bare view of the rush."""

from vx_portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.rushing"
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # without which allauth refuses to start
]
