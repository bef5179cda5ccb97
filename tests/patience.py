"""How long tests wait for what has to come: far longer than it takes, since other programs may have the processor.

Only a test that fails waits so long. The one limit on every test (`timeout` in pyproject.toml) is longer still.
"""

PATIENCE_S = 300
PATIENCE_MS = PATIENCE_S * 1000
