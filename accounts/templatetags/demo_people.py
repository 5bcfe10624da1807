"""The demo's people for the sign-in page."""

from django import template

from accounts.demo import GROUPS, Demo

register = template.Library()


@register.simple_tag
def demo_groups() -> list[tuple[object, list[Demo]]]:
    """Groups of people by name; asks the database nothing."""
    return [*GROUPS]
