"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE: quick, ci (the default) or deep."""

from hypothesis import HealthCheck, settings
from strategies import PROFILE

for name, examples in (("quick", 25), ("ci", 100), ("deep", 2000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
settings.load_profile(PROFILE)
