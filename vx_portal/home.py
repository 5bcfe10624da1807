"""The home page."""

from vx_portal.soon import soon

home = soon
