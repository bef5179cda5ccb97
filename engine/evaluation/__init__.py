"""What papers report, for one model on one set of pictures: numbers next to what real pictures score.

Floors: above sessions and judges, below the commands. Whoever asks hands in a `tick` that is called between pieces
of work with (words, done, of) and may raise to cancel.
"""

from engine.evaluation.cards import write_card, written
from engine.evaluation.judges import judge_scores
from engine.evaluation.reading import Score, Tick
from engine.evaluation.scores import METRICS, available, evaluate
from engine.evaluation.triplets import Arithmetic, arithmetic

__all__ = [
    "METRICS",
    "Arithmetic",
    "Score",
    "Tick",
    "arithmetic",
    "available",
    "evaluate",
    "judge_scores",
    "write_card",
    "written",
]
