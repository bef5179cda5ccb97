"""What papers report, for one model on one set of pictures: numbers next to what real pictures score.

Floors: above opened models and judges, below the engine's thread and the commands, who run it as `engine.machine.work`.
"""

from engine.evaluation.cards import write_card, written
from engine.evaluation.judges import judge_scores
from engine.evaluation.reading import Score
from engine.evaluation.scores import METRICS, available, evaluate
from engine.evaluation.triplets import Arithmetic, arithmetic

__all__ = [
    "METRICS",
    "Arithmetic",
    "Score",
    "arithmetic",
    "available",
    "evaluate",
    "judge_scores",
    "write_card",
    "written",
]
