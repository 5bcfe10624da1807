from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "vx_portal"
