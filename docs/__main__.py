"""`python -m docs` (`make docs`): write the pages of docs/ that are drawn from code and data."""

from __future__ import annotations

import os
from pathlib import Path

import django

HERE = Path(__file__).parent


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vx_portal.settings")
    django.setup()
    from docs import security, states  # noqa: PLC0415  # they need Django to be ready

    (HERE / "states.md").write_text(states.page())
    (HERE / "security.md").write_text(security.page())


if __name__ == "__main__":
    main()
