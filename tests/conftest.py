"""What every test shares: how hypothesis searches, and what a crash tells. Fixtures live where they are used."""

import os

from hypothesis import settings

# The same examples on every run, since a test must not depend on luck; `explore` looks for new ones:
# HYPOTHESIS_PROFILE=explore make test
settings.register_profile("same-every-time", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same-every-time"))

pytest_plugins = ["tests.crashes"]
