"""What papers report, as pure functions of features, probabilities and readings; each with its standard error."""

from engine.metrics.features import fid, kid, precision_recall, valid
from engine.metrics.look import edges, octaves, powers, sharpness, spectrum
from engine.metrics.measured import Measured, bootstrap, mean_of
from engine.metrics.neighbours import memorised, neighbours
from engine.metrics.readings import balanced_accuracy, calibration_error, r_squared
from engine.metrics.scores import bits_per_dim, class_balance, class_kl, diversity_score, inception_score

__all__ = [
    "Measured",
    "balanced_accuracy",
    "bits_per_dim",
    "bootstrap",
    "calibration_error",
    "class_balance",
    "class_kl",
    "diversity_score",
    "edges",
    "fid",
    "inception_score",
    "kid",
    "mean_of",
    "memorised",
    "neighbours",
    "octaves",
    "powers",
    "precision_recall",
    "r_squared",
    "sharpness",
    "spectrum",
    "valid",
]
