from vx_portal.celery import app as celery_app  # so that @shared_task finds it in every process

__all__ = ["celery_app"]
