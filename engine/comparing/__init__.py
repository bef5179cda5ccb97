"""Several families on the same data, with networks of equal size and the same time: what each came to, and when.

Floors: above training and evaluation, below the commands. A comparison is a folder of cells, one for each family and
seed; a cell that is complete is not done again, and one that was begun goes on where it stopped.
"""

from engine.comparing.cells import Compared, Comparing, compare
from engine.comparing.plan import Plan, planned

__all__ = ["Compared", "Comparing", "Plan", "compare", "planned"]
