"""What every test has in common."""

from hypothesis import settings

from tests.kit.pynetdicom_peer import keep_answers

# Tests are never timed: on a busy machine an example may take longer than Hypothesis' 200 ms.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

keep_answers()
