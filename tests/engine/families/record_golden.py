"""Write the golden losses anew: python -m tests.engine.families.record_golden. A decision, to be explained."""

import json
from pathlib import Path

import torch

from engine.families import FAMILIES, JUDGES
from tests.engine.families.stepping import learn, tiny

if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(__file__).parent / "golden"
    folder.mkdir(exist_ok=True)
    for name in (*FAMILIES, *JUDGES):
        history = learn(tiny(name), 3)
        (folder / f"{name}.json").write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
