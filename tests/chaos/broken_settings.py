"""Production's settings, with an address that fails (breaking.py)."""

from vx_portal.settings import *  # noqa: F403

ROOT_URLCONF = "tests.chaos.breaking"
