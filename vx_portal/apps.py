from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "vx_portal"

    def ready(self) -> None:
        from paperwork.restored import refuse_half  # noqa: PLC0415  # when all apps are there
        from vx_portal import lines  # noqa: F401, PLC0415  # looks at the settings for `check`
        from vx_portal.reports import terms  # noqa: F401, PLC0415  # says what may be settled

        refuse_half()
