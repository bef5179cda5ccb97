"""The shape of the program, rule by rule: each is one sentence, checked from the import graph.

The floors themselves stand in pyproject.toml for import-linter; what it cannot say is said here, and every rule is
shown to catch a planted violation.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STDLIB = frozenset(sys.stdlib_module_names)
LINES_LIMIT, FAMILY_LINES_LIMIT, WINDOW_LINES_LIMIT, MAIN_LINES_LIMIT = 400, 300, 250, 40
LIGHT = {
    "engine.protocol",
    "engine.protocol.record",
    "engine.protocol.requests",
    "engine.protocol.answers",
    "engine.protocol.values",
    "engine.protocol.sums",
    "engine.protocol.directions",
    "engine.protocol.truths",
    "engine.protocol.beside",
    "engine.protocol.library",
    "engine.protocol.made",
    "engine.protocol.pixels",
    "engine.protocol.walks",
    "engine.protocol.fitting",
    "engine.protocol.grids",
    "engine.protocol.sheets",
    "engine.protocol.scoring",
    "engine.protocol.score_words",
    "engine.protocol.costs",
    "engine.protocol.courses",
    "engine.protocol.worths",
    "engine.disk.files",
    "engine.disk.home",
    "engine.disk.bundled",
    "engine.disk.recipes",
    "engine.disk.sheet_files",
    "engine.disk.sums",
    "engine.disk.walk_files",
    "engine.machine.facts",
    "engine.disk.runs",
    "engine.disk.scratch",
}
"""The engine's modules that need the standard library and numpy only: the window may import them."""


@dataclass(frozen=True)
class Import:
    """One import statement: who, what, where."""

    importer: str
    imported: str
    line: int
    eager: bool
    """False inside a function or under TYPE_CHECKING: it does not happen when the module is imported."""

    @property
    def top(self) -> str:
        return self.imported.split(".")[0]

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(root: Path, *packages: str) -> Iterator[Path]:
    for package in packages:
        single = root / f"{package}.py"
        yield from [single] if single.exists() else sorted((root / package).rglob("*.py"))


def imports_of(path: Path, root: Path) -> Iterator[Import]:
    """Every import of a module, also those inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    importer = module_name(path, root)
    late: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            late.update(ast.walk(node))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            late.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        eager = node not in late
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(importer, alias.name, node.lineno, eager)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = importer.split(".")[: None if path.name == "__init__.py" else -1]
                base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                is_module = (root / whole.replace(".", "/")).with_suffix(".py").exists()
                yield Import(importer, whole if is_module else base, node.lineno, eager)


def all_imports(root: Path, *packages: str) -> list[Import]:
    return [found for path in sources(root, *packages) for found in imports_of(path, root)]


# ---------------------------------------------------------------- the rules


def engine_knows_no_qt(root: Path) -> list[str]:
    """The engine imports neither Qt, nor the plots, nor the window."""
    banned = {"PySide6", "shiboken6", "pyqtgraph", "superqt", "qtpy", "app", "main"}
    return [str(found) for found in all_imports(root, "engine") if found.top in banned]


def app_knows_no_tensors(root: Path) -> list[str]:
    """The window never imports torch, not even inside a function."""
    banned = {"torch", "safetensors", "sklearn", "scipy"}
    return [str(found) for found in all_imports(root, "app") if found.top in banned]


def app_sees_messages_only(root: Path) -> list[str]:
    """The window imports the engine's messages and light modules; client.py alone knows mailbox and worker."""
    allowed = {"app.client": LIGHT | {"engine.serving.mailbox", "engine.serving.worker"}}
    return [
        str(found)
        for found in all_imports(root, "app")
        if found.top == "engine" and found.imported not in allowed.get(found.importer, LIGHT)
    ]


def protocol_needs_nothing(root: Path) -> list[str]:
    """Messages and light modules import the standard library, numpy and each other."""
    places = [root / name.replace(".", "/") for name in sorted(LIGHT)]
    paths = [path for place in places for path in (place.with_suffix(".py"), place / "__init__.py")]
    found = [found for path in paths if path.exists() for found in imports_of(path, root)]
    fine = LIGHT | {"__future__", "numpy", "engine"}
    return [str(one) for one in found if one.top not in STDLIB and one.top != "numpy" and one.imported not in fine]


def client_starts_the_engine_late(root: Path) -> list[str]:
    """client.py imports the worker only when the engine starts, because torch takes seconds."""
    return [
        str(found)
        for found in all_imports(root, "app")
        if found.imported in ("engine.serving.worker", "engine.serving.mailbox") and found.eager
    ]


ROOM = "app.controls.plots."
GROUND = f"{ROOM}ground"


def plots_come_late(root: Path) -> list[str]:
    """One module imports pyqtgraph; what cannot be imported without it stays in its room, and elsewhere comes late."""
    found = [one for one in all_imports(root, "app") if one.eager]
    heavy = {GROUND}
    while more := {one.importer for one in found if one.imported in heavy} - heavy:
        heavy |= more
    here = [one for one in all_imports(root, "app") if one.top in ("pyqtgraph", "sklearn") and one.importer != GROUND]
    return [str(one) for one in here] + [f"{one} needs {GROUND}" for one in heavy if not one.startswith(ROOM)]


SHARED = {"look", "controls", "form", "store", "flows", "places", "shell", "__pycache__"}
"""The app's folders that are no panel's own."""


def panels_meet_in_the_store(root: Path) -> list[str]:
    """A panel folder never imports another panel's folder."""
    folders = {path.name for path in (root / "app").iterdir() if path.is_dir()} - SHARED
    wrong = []
    for found in all_imports(root, "app"):
        mine, other = found.importer.split("."), found.imported.split(".")
        both = len(mine) > 2 and mine[1] in folders and other[0] == "app" and other[1:2] != [] and other[1] in folders
        if both and mine[1] != other[1]:
            wrong.append(str(found))
    return wrong


def store_knows_no_widgets(root: Path) -> list[str]:
    """The store imports no widgets, so that it can be tested and scripted without a window."""
    folder = root / "app" / "store"
    return [
        str(found)
        for path in sorted(folder.rglob("*.py"))
        for found in imports_of(path, root)
        if found.imported.startswith("PySide6.QtWidgets")
    ]


def nothing_talks_to_the_network(root: Path) -> list[str]:
    """No module imports a client for a network; run.py wakes Qt up and display.py looks for a display."""
    banned = {"requests", "urllib.request", "http", "ftplib", "aiohttp", "httpx", "smtplib", "PySide6.QtNetwork"}
    wrong = []
    for found in all_imports(root, "app", "engine", "main"):
        if found.imported in banned or found.top in banned:
            wrong.append(str(found))
        if found.top == "socket" and found.importer not in ("app.run", "app.display"):
            wrong.append(str(found))
    return wrong


def no_file_is_past_its_length(root: Path) -> list[str]:
    """No module is longer than 400 lines, a family not than 300, window.py not than 250, main.py not than 40."""
    limits = {"app.shell.window": WINDOW_LINES_LIMIT, "main": MAIN_LINES_LIMIT}
    wrong = []
    for path in sources(root, "app", "engine", "bench", "main"):
        usual = FAMILY_LINES_LIMIT if path.is_relative_to(root / "engine" / "families") else LINES_LIMIT
        lines, limit = len(path.read_text(encoding="utf-8").splitlines()), limits.get(module_name(path, root), usual)
        if lines > limit:
            wrong.append(f"{module_name(path, root)} has {lines} lines, more than {limit}")
    return wrong


def no_folder_is_crowded(root: Path) -> list[str]:
    """No folder holds more than 25 modules and folders of modules together; `__init__.py` is the folder itself."""
    entries: dict[Path, set[Path]] = {}
    for path in sources(root, "app", "engine", "bench", "tests"):
        entry = path.parent if path.name == "__init__.py" else path
        while entry != root:
            entries.setdefault(entry.parent, set()).add(entry)
            entry = entry.parent
    return [f"{folder.relative_to(root)} holds {len(held)}" for folder, held in entries.items() if len(held) > 25]


def neighbours_import_in_one_direction(root: Path) -> list[str]:
    """In every folder arrows run down: what one module or subfolder imports, at whatever depth, never imports it."""
    modules = {module_name(path, root) for path in sources(root, "app", "engine", "bench", "main")}
    arrows: dict[str, set[str]] = {}
    for found in all_imports(root, "app", "engine", "bench", "main"):
        mine, other = found.importer.split("."), found.imported.split(".")
        apart = next((k for k, (one, two) in enumerate(zip(mine, other, strict=False)) if one != two), None)
        if found.imported in modules and apart is not None:
            arrows.setdefault(".".join(mine[: apart + 1]), set()).add(".".join(other[: apart + 1]))

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        ahead = [name]
        while ahead:
            new = arrows.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        return seen

    wide = {name: reached(name) for name in arrows}
    circles = {tuple(sorted(two for two in wide[one] if one in wide.get(two, ()))) for one in wide if one in wide[one]}
    return [f"a circle: {', '.join(circle)}" for circle in sorted(circles)]


def nothing_unsafe_is_called(root: Path) -> list[str]:
    """No call unpickles, evaluates text, or hands a line to a shell."""
    wrong = []
    for path in sources(root, "app", "engine", "main"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            words = {f"{word.arg}={ast.unparse(word.value)}" for word in node.keywords}
            bad_words = words & {"weights_only=False", "allow_pickle=True", "shell=True"}
            if name in ("eval", "exec", "os.system", "pickle.load", "pickle.loads", "torch.load") or bad_words:
                wrong.append(f"{module_name(path, root)}:{node.lineno} calls {name}({', '.join(sorted(words))})")
    return wrong


def digits_are_grouped_in_one_place(root: Path) -> list[str]:
    """Only app/controls/numbers.py groups digits, so that no number is written 2,912 beside one written 2 912."""
    wrong = []
    for path in sources(root, "app", "engine", "main"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            spec = ast.unparse(node.format_spec) if isinstance(node, ast.FormattedValue) and node.format_spec else ""
            if {",", "_"} & set(spec.strip("f'\"")) and module_name(path, root) != "app.controls.numbers":
                wrong.append(f"{module_name(path, root)}:{node.lineno} groups digits")  # type: ignore[attr-defined]
    return wrong


FAMILY_TERMS = {"base", "latent", "ask", "phases", "schema", "presets", "kinds", "layers", "judges"}
"""What the folder of families says to everybody; its other modules and folders are families."""
ALSO_WORDS = {"began"}
"""Names of families that sentences need for something else."""


def family_names() -> list[str]:
    """The names in the mapping of families, read and not imported."""
    tree = ast.parse((ROOT / "engine" / "families" / "__init__.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FAMILIES":
            return list(ast.literal_eval(node.value.args[0]))  # type: ignore[attr-defined]
    raise AssertionError("no mapping of families")


def nothing_asks_which_family_it_is(root: Path) -> list[str]:
    """No family is named, and none imported, outside families/, presets and tests."""
    wrong = []
    named = re.compile(
        rf"\b({'|'.join(re.escape(name) for name in family_names() if name not in ALSO_WORDS)})\b", re.IGNORECASE
    )
    for path in sources(root, "app", "engine", "main"):
        module = module_name(path, root)
        if module.startswith("engine.families"):
            continue
        wrong += [
            str(found)
            for found in imports_of(path, root)
            if found.imported.startswith("engine.families.") and found.imported.split(".")[2] not in FAMILY_TERMS
        ]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # what explains does no harm
        wrong += [
            f"{module}:{node.lineno} says “{node.value[:60]}”"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in words
            and named.search(node.value)
        ]
    return wrong


Rule = Callable[[Path], list[str]]
RULES: dict[Rule, dict[str, str]] = {
    no_folder_is_crowded: {f"engine/latents/way{k}.py": "" for k in range(20)}
    | {f"engine/latents/kind{k}/way.py": "" for k in range(6)},
    neighbours_import_in_one_direction: {
        "engine/latents/near.py": "import engine.latents.deep.far\n",
        "engine/latents/deep/far.py": "import engine.latents.near\n",
    },
    engine_knows_no_qt: {"engine/latents/plot.py": "def draw():\n    from PySide6 import QtCore\n"},
    app_knows_no_tensors: {"app/explore/fast.py": "def now():\n    import torch\n    return torch\n"},
    app_sees_messages_only: {"app/explore/peek.py": "from engine.opened.model import OpenedModel\n"},
    protocol_needs_nothing: {"engine/protocol/values.py": "import msgspec\n"},
    client_starts_the_engine_late: {"app/client.py": "from engine.serving.worker import serve\n"},
    plots_come_late: {"app/curves.py": "import pyqtgraph\n"},
    panels_meet_in_the_store: {"app/explore/near.py": "from app.train.page import TrainPage\n"},
    store_knows_no_widgets: {"app/store/state.py": "from PySide6.QtWidgets import QWidget\n"},
    nothing_talks_to_the_network: {"engine/fetch.py": "import urllib.request\n"},
    no_file_is_past_its_length: {"app/shell/window.py": "x = 1\n" * 251},
    nothing_asks_which_family_it_is: {"app/train/clever.py": "def is_easy(name):\n    return name == 'vae'\n"},
    digits_are_grouped_in_one_place: {"engine/words.py": "def said(n: int) -> str:\n    return f'{n:,} pictures'\n"},
    nothing_unsafe_is_called: {"engine/old.py": "import torch\nstate = torch.load('x.pt', weights_only=False)\n"},
}
"""Every rule, with a file that breaks it and nothing else."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_catches_what_breaks_it(rule: Rule, tmp_path: Path) -> None:
    for folder in ("app/explore", "app/train", "app/store", "app/shell", "engine/latents", "engine/protocol", "bench"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    for name in ("main.py", "app/store/state.py", "app/client.py", "engine/protocol/values.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert rule(tmp_path) == []
    for name, text in RULES[rule].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert len(rule(tmp_path)) == 1


# ---------------------------------------------------------------- import-linter's floors


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("engine/disk/files.py", "import engine.serving.worker\n", "never up"),
        ("engine/families/autoencoders/vae.py", "import engine.training.loop\n", "never up"),
        ("engine/helpers.py", "", "never up"),
        ("engine/disk/files.py", "import app\n", "layered"),
        ("app/look/tokens.py", "import app.store.state\n", "Inside the app"),
        ("app/explore/page.py", "import app.train.page\n", "Inside the app"),
        ("app/store/state.py", "import torch\n", "nothing of tensors"),
    ],
)
def test_the_floors_catch_a_planted_violation(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    for path in sources(ROOT, "app", "engine", "main"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("", encoding="utf-8")
    clean = lint_imports(tmp_path)
    assert clean.returncode == 0, clean.stdout
    (tmp_path / name).write_text(text, encoding="utf-8")
    broken = lint_imports(tmp_path)
    assert broken.returncode != 0
    assert sentence in broken.stdout


# ---------------------------------------------------------------- what only running shows


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_engine_imports_where_there_is_no_qt() -> None:
    modules = sorted(module_name(path, ROOT) for path in sources(ROOT, "engine"))
    code = f"""
import importlib, sys
for name in ("PySide6", "shiboken6", "pyqtgraph", "superqt"):
    sys.modules[name] = None
for name in {modules!r}:
    importlib.import_module(name)
print("fine")
"""
    assert python(code) == "fine"


@pytest.mark.parametrize("module", ["app.run", "app.program", "main"])
def test_the_window_starts_without_torch_and_plots(module: str) -> None:
    code = f"""
import sys
import {module}
heavy = {{"torch", "pyqtgraph", "sklearn", "scipy", "engine.serving.worker", "engine.opened.model"}}
print(sorted(set(sys.modules) & heavy))
"""
    assert python(code) == "[]"


def test_help_and_errors_of_usage_need_no_torch() -> None:
    code = """
import sys
from main import main
codes = main(["--help"]), main(["train", "--help"]), main(["sample", "--seed", "-1"])
print(codes, "torch" in sys.modules)
"""
    assert python(code).splitlines()[-1] == "(0, 0, 2) False"


def test_signals_do_not_eat_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one with every emit and aborted the interpreter."""
    code = """
import sys
from PySide6.QtCore import QObject, Signal
class Talker(QObject):
    said = Signal(object)
talker, heard = Talker(), []
talker.said.connect(lambda what: None)
before = sys.getrefcount(None)
for _ in range(1000):
    talker.said.emit(None)
print(sys.getrefcount(None) - before > -100)
"""
    assert python(code) == "True"


def test_the_bundled_files_stay_small() -> None:
    """A clone is quick: pictures 12 MB, models 22 MB, documents 8 MB, everything that git keeps 50 MB."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a checkout")
    paths = [ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    sizes = {path: path.stat().st_size for path in paths if path.is_file()}

    def megabytes(*parts: str) -> float:
        folder = ROOT.joinpath(*parts)
        return sum(size for path, size in sizes.items() if path.is_relative_to(folder)) / 1e6

    assert megabytes("resources", "data") < 12.6
    assert megabytes("resources", "models") < 22
    assert megabytes("docs") < 8
    assert megabytes() < 50


def test_every_family_is_built_without_memory_and_without_the_compiler() -> None:
    """Settings are checked while one types: an identity matrix on the meta device loaded torch's compiler, for 1 s."""
    code = """
import sys
from engine.families import FAMILIES
from engine.protocol.values import DatasetDescribed
from engine.training.checking import config_problem
for family in FAMILIES:
    config_problem(family, {}, DatasetDescribed(name="x", label="x", images=500, size=64, channels=3))
print([name for name in sys.modules if name.startswith(("torch._dynamo", "sympy"))])
"""
    assert python(code) == "[]"


def test_a_model_opens_without_the_compiler() -> None:
    """To draw first weights on the meta device loaded torch's compiler: 2.5 s before the first picture."""
    code = """
import sys
import torch
from engine.disk.bundled import find_model
from engine.opened.checkpoints import load_model
from engine.protocol.values import Recipe
from engine.opened.model import OpenedModel
for name in ("faces", "glyphs", "judge", "classifier"):
    model = load_model(find_model(name))
    if name == "faces":
        OpenedModel(model, torch.device("cpu")).picture(Recipe(model=model.fingerprint, seed=1))
print([name for name in sys.modules if name.startswith(("torch._dynamo", "sympy"))])
"""
    assert python(code) == "[]"


def test_the_first_picture_waits_for_one_family_and_for_nothing_that_trains_or_measures() -> None:
    """All families, the scores, the trainer and Pillow were imported before anything was opened: half a second."""
    code = """
import sys
import torch
import engine.serving.worker
from engine.disk.bundled import find_model
from engine.opened.model import open_model_file
from engine.protocol.values import Recipe
opened = open_model_file(str(find_model("faces")), torch.device("cpu"))
opened.picture(Recipe(model=opened.fingerprint, seed=1))
later = ("engine.training", "engine.evaluation", "engine.datasets.faces", "engine.serving.desk", "PIL")
print([name for name in sys.modules if name.startswith(later)], "engine.families.functional" in sys.modules)
"""
    assert python(code) == "[] False"
