"""What every test shares: how Hypothesis looks for counter-examples, and a PostgreSQL for whoever asks."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.postgres"]

# Machines that run tests are shared and slow at times: a deadline would fail a good rule on a bad day.
# A failure is printed as a line to paste, so it can be repeated without a stored database of examples.
settings.register_profile(
    "chaski", deadline=None, print_blob=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("chaski"), max_examples=2000)
settings.load_profile("chaski")
