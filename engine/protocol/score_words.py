"""What scores are called, what they say, and which way is better: the window and the command line read these."""

from __future__ import annotations

from engine.protocol.record import record
from engine.protocol.values import Better


@record
class ScoreKind:
    """A score in words."""

    name: str
    label: str
    help: str
    better: Better
    metric: str
    """What is asked for to get it."""


@record
class MetricGroup:
    """Metrics that are chosen together."""

    name: str
    label: str
    help: str
    metrics: tuple[str, ...]
    is_slow: bool = False


GROUPS = (
    MetricGroup(
        name="distance", label="Distance to real pictures",
        help="How near drawn pictures as a whole come to real ones, and whether any is a copy.",
        metrics=("fid", "kid", "precision", "recall", "valid", "memorised"),
    ),
    MetricGroup(
        name="classes", label="Classes",
        help="Whether a classifier recognises what is drawn, and whether all kinds are drawn.",
        metrics=(
            "inception_score", "diversity_score", "class_kl", "class_kl_backward", "class_balance", "class_obeyed",
        ),
    ),
    MetricGroup(
        name="detail", label="Fine detail", help="Whether drawn pictures are as sharp as real ones.",
        metrics=("sharpness", "spectrum"),
    ),
    MetricGroup(
        name="copies", label="What copies lose",
        help="What a model that encodes pictures loses of them on the way there and back.",
        metrics=("fid_reconstruction", "sharpness_reconstruction", "spectrum_reconstruction", "copies", "attributes"),
    ),
    MetricGroup(
        name="closer", label="Copies, looked at closer",
        help="What is lost where a picture's point is looked for in ten steps more, as for a picture that you import.",
        metrics=("closer",), is_slow=True,
    ),
    MetricGroup(
        name="likelihood", label="Likelihood", help="How probable a model finds real pictures it has not seen.",
        metrics=("likelihood",),
    ),
    MetricGroup(
        name="annealed", label="Likelihood, slowly",
        help="The same of decoders by annealing, in nats a picture, and a tighter bound: minutes for each model.",
        metrics=("iwae", "log_likelihood"), is_slow=True,
    ),
    MetricGroup(
        name="tightest", label="Likelihood, most tries",
        help="The bound by 500 points of each picture, where an encoder tells them: five times as long, and tighter.",
        metrics=("iwae_most",), is_slow=True,
    ),
)  # fmt: skip

_LOW, _HIGH, _NO = Better.LOWER, Better.HIGHER, Better.NEITHER


def _kind(name: str, label: str, help: str, better: Better, metric: str = "") -> ScoreKind:  # noqa: A002
    return ScoreKind(name=name, label=label, help=help, better=better, metric=metric or name)


KINDS = (
    _kind(
        "fid", "FID",
        "Distance between drawn and real pictures as a judge of this project sees them. Lower is better; real "
        "pictures themselves do not reach 0.", _LOW,
    ),
    _kind("kid", "KID", "The same by another measure, which few pictures do not bias. Lower is better.", _LOW),
    _kind("precision", "Precision", "Share of drawn pictures that could be real ones. Higher is better.", _HIGH),
    _kind(
        "recall", "Recall",
        "Share of real pictures that could have been drawn: low where kinds are missing. Higher is better.", _HIGH,
    ),
    _kind(
        "valid", "Valid",
        "Share of drawn pictures as near to a real one as 95 % of real ones are. Higher is better.", _HIGH,
    ),
    _kind(
        "memorised", "Memorised",
        "Share of drawn pictures nearer to a training picture than all but 5 % of new ones: 5 % is what "
        "inventing gives, 100 % is copying by heart. Lower is better.", _LOW,
    ),
    _kind(
        "inception_score", "Inception",
        "Whether a classifier recognises what is drawn, and sees many kinds. Higher is better; at most the "
        "number of classes.", _HIGH,
    ),
    _kind(
        "diversity_score", "Diversity",
        "1 where classes come as often as in the data, less where some are missing. Higher is better.", _HIGH,
    ),
    _kind(
        "class_kl", "Class KL",
        "How far the drawn classes are from the data's, dear where one comes too often. Lower is better.", _LOW,
    ),
    _kind("class_kl_backward", "Class KL back", "The same, dear where one hardly comes. Lower is better.", _LOW),
    _kind(
        "class_balance", "Rarest class",
        "The rarest class's share of drawn pictures over its share in the data. Higher is better.", _HIGH,
    ),
    _kind(
        "class_obeyed", "Wishes obeyed",
        "Share of pictures asked for a class that a classifier takes for one of it. Higher is better.", _HIGH,
    ),
    _kind(
        "sharpness", "Sharpness",
        "How strong the edges of drawn pictures are; as near to real ones as possible is best.", _NO,
    ),
    _kind("fid_reconstruction", "FID of copies", "Distance between copies and real pictures. Lower is better.", _LOW),
    _kind("sharpness_reconstruction", "Sharpness of copies", "How strong the edges of copies are.", _NO),
    _kind("copies", "Error of copies", "How far off a copy's pixels are, 0 to 1. Lower is better.", _LOW),
    _kind(
        "copies_components", "… by components",
        "The same of as many principal components: what a model should beat. Lower is better.", _LOW, "copies",
    ),
    _kind(
        "closer", "Error of closer copies",
        "How far off a copy's pixels are after ten steps toward the picture, 0 to 1. Lower is better.", _LOW,
    ),
    _kind(
        "bits_per_dim", "Bits per pixel",
        "How many bits a real picture costs, for each pixel and colour. Lower is better.", _LOW, "likelihood",
    ),
    _kind(
        "nats", "Nats per picture",
        "What a whole real picture costs, in the unit of papers on black and white digits. Lower is better.", _LOW,
        "likelihood",
    ),
    _kind(
        "likelihood_gap", "Gap",
        "How many more bits a pixel a new picture costs than one that it learned from: much of that is learned by "
        "heart. Lower is better.", _LOW, "likelihood",
    ),
    _kind(
        "iwae", "Bound by 100 points",
        "At least so probable is a whole real picture, in nats, by a hundred points of its encoder (the importance-"
        "weighted bound). Higher is better.", _HIGH,
    ),
    _kind(
        "iwae_most", "Bound by 500 points",
        "At least so probable is a whole real picture, in nats, by five hundred points of its encoder. Higher is "
        "better.", _HIGH,
    ),
    _kind(
        "log_likelihood", "Log-likelihood",
        "How probable a whole real picture is, in nats, by walking from chance to it (annealed importance sampling). "
        "Higher is better.", _HIGH,
    ),
    _kind(
        "annealing_gap", "… may miss",
        "How far apart the bounds from both sides are, in nats, on pictures of the model itself: so much may that walk "
        "miss. Lower is better.", _LOW, "log_likelihood",
    ),
)  # fmt: skip
_FAMILIES = (
    (
        "spectrum_reconstruction.", "Waves of {} in copies",
        "Power of waves this long in copies, over real pictures'. 1 is best.", _NO, "spectrum_reconstruction",
    ),
    (
        "spectrum.", "Waves of {}",
        "Power of waves this long in drawn pictures, over real pictures'. 1 is best.", _NO, "spectrum",
    ),
    ("share.", "Share of {}", "How often this class is drawn.", _NO, "class_balance"),
    (
        "accuracy.", "{} in copies",
        "Whether a judge still recognises this in copies. Higher is better.", _HIGH, "attributes",
    ),
    (
        "closer.accuracy.", "{} in closer copies",
        "Whether a judge still recognises this in copies that were looked at closer. Higher is better.", _HIGH,
        "closer",
    ),
    (
        "closer.r2.", "{} in closer copies",
        "How well a judge still reads this from copies that were looked at closer. Higher is better.", _HIGH, "closer",
    ),
    ("r2.", "{} in copies", "How well a judge still reads this from copies. Higher is better.", _HIGH, "attributes"),
)  # fmt: skip
_BY_NAME = {kind.name: kind for kind in KINDS}


def score_kind(name: str) -> ScoreKind:
    """A score in words; of those that come one for each class or wave length, too."""
    if (known := _BY_NAME.get(name)) is not None:
        return known
    for prefix, label, words, better, metric in _FAMILIES:
        if name.startswith(prefix):
            return _kind(name, label.format(name.removeprefix(prefix).replace("_", " ")), words, better, metric)
    return _kind(name, name.replace("_", " ").capitalize(), "", _NO)


def is_main(name: str) -> bool:
    """Whether a score stands for itself, rather than being one of many of its kind."""
    return name in _BY_NAME
