import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="arrivals",
            field=models.PositiveIntegerField(
                default=0, editable=False, help_text="How many requests came: the order of arrival."
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="kept",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="places kept for universities"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="kept_taken",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="kept places taken"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="offer_hours",
            field=models.PositiveSmallIntegerField(
                default=48,
                help_text="When a place comes free shortly before the start.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(336),
                ],
                verbose_name="hours to accept an offered place",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", 0), ("kept__lte", models.F("places")), _connector="OR"),
                name="edition_kept_within_places",
                violation_error_message="More places are kept for universities than this.",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kept_taken__lte", models.F("kept")), ("kept_taken__lte", models.F("taken"))
                ),
                name="edition_kept_places_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("offer_hours__gte", 1), ("offer_hours__lte", 336)),
                name="edition_offer_hours_positive",
            ),
        ),
    ]
