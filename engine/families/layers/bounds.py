"""What is told of a run that raises a bound of the likelihood, E_q[log p(x | z)] - KL(q(z | x) || p(z))."""

from __future__ import annotations

from engine.protocol.values import Better, Monitor

ELBO = Monitor(
    name="elbo",
    label="Likelihood",
    help="How probable it finds the pictures, at least (ELBO, a bound of log p(x), in nats).",
    better=Better.HIGHER,
)
WEIGHTED = Monitor(
    name="weighted_bound",
    label="Weighted bound",
    help="What several tries a picture raise instead: a bound of log p(x) that lies closer to it (IWAE, in nats).",
    better=Better.HIGHER,
    is_companion=True,
)
KL = Monitor(
    name="kl", label="Detail kept", help="How much a picture's numbers tell about it (KL, in nats).", parts="kl_"
)
ACTIVE = Monitor(name="active", label="Numbers in use", help="How many of a picture's numbers tell anything about it.")
