"""What holds for every test: the same examples in every run, and no clock that decides whether a test passes."""

from hypothesis import HealthCheck, settings

settings.register_profile("bridgework", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bridgework")
