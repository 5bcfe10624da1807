"""What the office may settle about the portal itself, and for the apps before this one."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from courses.house import MOST_LINK_DAYS, Group, Kind, Setting, Unit, register_settings
from paperwork.colours import Colours


def _contact() -> str:
    return settings.CONTACT_EMAIL


register_settings(
    Setting(
        "portal.name",
        Group.PORTAL,
        _("Name of the portal"),
        Kind.BOTH,
        {"nl": "Virtual Exchange", "en": "Virtual Exchange"},
        help=_("On every page, in every message and document."),
    ),
    Setting(
        "portal.colours",
        Group.PORTAL,
        _("Colours"),
        Kind.COLOURS,
        Colours()._asdict(),
        help=_("Of the header, buttons and headings. What cannot be read on them is refused."),
    ),
    Setting(
        "portal.closed",
        Group.PORTAL,
        _("Days on which the university is closed"),
        Kind.DAYS,
        (),
        help=_(
            "They are no working days: nobody is reminded on them, and every term that counts"
            " working days becomes longer. Weekends and public holidays are known already."
        ),
        optional=True,
    ),
    Setting(
        "portal.logo",
        Group.PORTAL,
        _("Logo"),
        Kind.LOGO,
        None,
        help=_(
            "Beside the name in the header and on documents, on the brand colour, which is the same"
            " in both themes. A PNG or WebP; SVG is not taken, because it can hold a program."
        ),
        optional=True,
    ),
    Setting(
        "portal.system",
        Group.PORTAL,
        _("Name of the student information system"),
        Kind.BOTH,
        {"nl": "SIS", "en": "SIS"},
        help=_("Where results are registered, such as Osiris."),
    ),
    Setting(
        "portal.honours",
        Group.PORTAL,
        _("Who keeps the records of the honours programme"),
        Kind.BOTH,
        {"nl": "honoursorganisatie", "en": "honours organisation"},
        help=_("In English texts “the” stands before it; in Dutch ones it stands in brackets."),
    ),
    Setting(
        "portal.places",
        Group.PORTAL,
        _("Where exams are held"),
        Kind.BOTH,
        {"nl": "", "en": ""},
        help=_("Such as: Amersfoort or Soest. Empty: the city of the university."),
        optional=True,
    ),
    Setting(
        "portal.contact",
        Group.PORTAL,
        _("Where people write with questions"),
        Kind.EMAIL,
        _contact,
        help=_("Stands on the pages of help, privacy and accessibility."),
        optional=True,
    ),
    Setting(
        "accounts.invitation_days",
        Group.PORTAL,
        _("An invitation can be taken up for"),
        Kind.NUMBER,
        14,
        help=_("Counts for invitations that are sent from now on."),
        unit=Unit.DAYS,
        most=90,
    ),
    Setting(
        "courses.true_days",
        Group.PORTAL,
        _("A course is to be confirmed again after"),
        Kind.NUMBER,
        183,
        unit=Unit.DAYS,
    ),
    Setting(
        "courses.link_days",
        Group.PORTAL,
        _("A link by which a partner confirms works for"),
        Kind.NUMBER,
        30,
        help=_("Counts for links that are sent from now on."),
        unit=Unit.DAYS,
        most=MOST_LINK_DAYS,
    ),
    Setting(
        "courses.ask_again_days",
        Group.PORTAL,
        _("A partner who has not confirmed is on the office’s list after"),
        Kind.NUMBER,
        7,
        unit=Unit.DAYS,
        most=60,
    ),
    Setting(
        "courses.soon_days",
        Group.PORTAL,
        _("What opens soon is on the office’s list so long before"),
        Kind.NUMBER,
        30,
        unit=Unit.DAYS,
        most=180,
    ),
    Setting(
        "courses.ending_days",
        Group.PORTAL,
        _("A university that stops taking part is on the list so long before"),
        Kind.NUMBER,
        90,
        unit=Unit.DAYS,
        most=365,
    ),
    Setting(
        "courses.offer_hours",
        Group.APPLYING,
        _("To accept an offered place, in a new edition"),
        Kind.NUMBER,
        48,
        help=_("Each edition can have its own; those that there are keep theirs."),
        unit=Unit.HOURS,
        most=336,
    ),
    Setting(
        "accounts.prove_days",
        Group.KEEPING,
        _("An account whose e-mail address is never confirmed goes after"),
        Kind.NUMBER,
        7,
        unit=Unit.DAYS,
        most=60,
    ),
    Setting(
        "courses.import_kept_days",
        Group.KEEPING,
        _("An import that nobody applies goes after"),
        Kind.NUMBER,
        30,
        unit=Unit.DAYS,
        most=365,
    ),
)
