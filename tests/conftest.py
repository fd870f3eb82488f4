from hypothesis import HealthCheck, settings

# A busy machine is no fault of the code: no example of a property test is timed.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("untimed")
