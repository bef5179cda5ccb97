"""Opening what a person brings: models, pictures that remember how they were made, folders to train on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.flows.documents import last_opened_folder
from app.flows.file_dialogs import FileDialogs
from app.store.client import Client
from app.store.kept.session_file import SUFFIX as SESSION
from app.store.kept.settings import OPEN_FOLDER, Settings
from app.store.notices import Level, NoticeAction, NoticeBoard
from app.store.state import Explorer
from engine.disk.files import shown
from engine.disk.recipes import RUN_FILES
from engine.protocol.answers import Encoded, Event, Failed, ModelOpened, PictureKept, RecipeRead
from engine.protocol.requests import Encode, KeepPicture, OpenModel, ReadRecipe
from engine.protocol.values import Capability, Problem, Recipe

RUN_FILE = "run.json"
"""What makes a folder a run; any other one holds pictures to train on."""
PICTURES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".pgm", ".ppm", ".pnm"))
FILMS = frozenset((".apng", ".mp4"))
MODEL_FILTER = f"Models and runs (*.zscape *.safetensors {RUN_FILE});;All files (*)"
PICTURE_FILTER = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff *.pgm *.ppm *.pnm *.apng *.mp4)"
NO_RECIPE = "no-recipe"


def run_of(source: str) -> str:
    """The folder of the run that a file belongs to by its name; anything else as it is.

    A dialog for files walks into folders, and a run can more than its model's file: it is gone on from, and begun with.
    """
    path = Path(source)
    return str(path.parent) if path.name in RUN_FILES and (path.parent / RUN_FILE).is_file() else source


class OpeningFlow(QObject):
    """Decides by what a file is what becomes of it; the engine alone looks inside."""

    grid_read = Signal(object)
    """A grid of pictures was brought: a person chooses the cell to go to."""
    walk_read = Signal(object, str)
    """A film was brought: its path, and where its model was."""
    walk_brought = Signal(object)
    """A path's file was brought."""
    session_brought = Signal(object)
    """A session's file was brought."""
    folder_asked = Signal()
    """A folder of pictures was brought: the page for runs must be there to take it."""
    folder_brought = Signal(object)

    def __init__(
        self,
        explorer: Explorer,
        client: Client,
        board: NoticeBoard,
        settings: Settings,
        dialogs: FileDialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._client = client
        self._board = board
        self._settings = settings
        self._dialogs = dialogs
        self._restoring: dict[int, Recipe] = {}
        """Places of pictures whose model is being opened for them, by ticket."""
        self._giving: set[int] = set()
        """Pictures that are being kept to be translated, by ticket."""
        self._brought: Path | None = None
        """The picture whose place was gone to last."""

    def ask_for_model(self) -> None:
        """Let a person choose a model file."""
        self._dialogs.ask_open(
            "Open model", last_opened_folder(self._settings), MODEL_FILTER, self._on_dialog_model_chosen
        )

    def ask_for_picture(self) -> None:
        """Let a person choose a picture to restore or to find."""
        self._dialogs.ask_open(
            "Open picture", last_opened_folder(self._settings), PICTURE_FILTER, self._on_dialog_picture_chosen
        )

    def open_source(self, source: str) -> None:
        """Open a model by its bundled name or path."""
        self._explorer.models.open(run_of(source))

    def open_dropped(self, paths: list[Path]) -> None:
        """Open what was dropped on the window; one thing at a time."""
        if not paths:
            return
        if len(paths) > 1:
            self._board.post(f"One at a time: only “{shown(paths[0])}” is opened.")
        first = paths[0]
        if first.suffix.lower() in PICTURES | FILMS:
            self.read_picture(first)
        elif first.suffix.lower() == SESSION and first.is_file():
            self.session_brought.emit(first)
        elif first.suffix.lower() == ".json" and first.is_file():
            self.walk_brought.emit(first)
        elif first.is_dir() and not (first / RUN_FILE).exists():
            self.train_on(first)
        else:
            self.open_source(str(first))

    def train_on(self, folder: Path) -> None:
        """Take a folder to the page for runs, chosen there."""
        self.folder_asked.emit()
        self.folder_brought.emit(folder)

    def read_picture(self, path: Path) -> None:
        """Ask what a picture remembers."""
        self._client.send(ReadRecipe(path=path))

    def restore(self, recipe: Recipe, source: str, picture: Path | None = None) -> None:
        """Go to a place that a picture remembers, opening its model if it is another one."""
        recipe = replace(recipe, app="")
        self._brought = picture
        if self._explorer.models.knows(recipe) or not source:
            self._explorer.models.go_to(recipe, "Picture")
        else:
            ticket = self._client.next_ticket()
            self._restoring[ticket] = recipe
            self._explorer.models.open(source, recipe, "Picture", ticket=ticket)

    def offer_of_model(self, recipe: Recipe) -> NoticeAction:
        """To choose the file of a place's model, and go there in it."""
        return NoticeAction("Open its model…", lambda: self._ask_for_model_of(recipe))

    def offer_to_find(self) -> NoticeAction | None:
        """To look for the picture itself, where its model was replaced by one that can find pictures."""
        path, model = self._brought, self._explorer.models.model
        if path is None or model is None or Capability.ENCODE not in model.capabilities:
            return None
        return NoticeAction("Find it in this model", lambda: self.find_in_model(path))

    def find_in_model(self, path: Path) -> None:
        """Look for the point that draws a picture."""
        self._board.post(f"Looking for “{shown(path)}” in this model…")
        self._client.send(Encode(path=path))

    def translate(self, path: Path) -> None:
        """Give the open model a picture to translate."""
        ticket = self._client.next_ticket()
        self._giving.add(ticket)
        self._client.send(KeepPicture(path=path, ticket=ticket))

    def receive(self, event: Event) -> None:
        """Take in the engine's answers to the above."""
        match event:
            case ModelOpened():
                self._restoring.pop(event.ticket, None)
                self._settings.remember_model(event.source)
            case RecipeRead():
                self._on_recipe_read(event)
            case Encoded():
                self._on_encoded(event)
            case PictureKept() if event.ticket in self._giving:
                self._giving.discard(event.ticket)
                self._explorer.place.set_source(event.name)
            case Failed(command=OpenModel()):
                if event.problem.code == "missing":
                    self._settings.forget_model(event.problem.path)
            case _:
                pass

    def explains(self, event: Failed) -> bool:
        """True if this failure was told here with something to do about it."""
        if isinstance(event.command, ReadRecipe) and event.problem.code == NO_RECIPE:
            self._offer_to_find(event.problem)
            return True
        if recipe := self._restoring.pop(event.ticket, None):
            self._board.post_problem(event.problem, self.offer_of_model(recipe))
            return True
        return False

    def _on_recipe_read(self, event: RecipeRead) -> None:
        if event.walk is not None:
            self.walk_read.emit(event.walk, event.source)
        elif len(event.recipes) == 1:
            self.restore(event.recipes[0], event.source, Path(event.path))
        elif event.recipes:
            self._explorer.models.remember_sources(dict(event.others))
            self.grid_read.emit(event)
        else:
            self._offer_to_find(
                Problem(code=NO_RECIPE, sentence=f"“{shown(event.path)}” carries no recipe.", path=event.path)
            )

    def _offer_to_find(self, problem: Problem) -> None:
        model = self._explorer.models.model
        if model is not None and Capability.TRANSLATE in model.capabilities and problem.path:
            self.translate(Path(problem.path))  # a picture that remembers nothing is one to translate
        elif model is not None and Capability.COMPLETE in model.capabilities and problem.path:
            self._explorer.given.bring(Path(problem.path))  # or one to be completed
        elif model is not None and Capability.ENCODE in model.capabilities and problem.path:
            find = NoticeAction("Find it in this model", lambda: self.find_in_model(Path(problem.path)))
            self._board.post_problem(problem, find, Level.WARNING)
        elif model is not None and problem.path:
            reason = f"{problem.sentence} “{model.name}” has no encoder, so it cannot find the place of other pictures."
            self._board.post_problem(replace(problem, sentence=reason), level=Level.WARNING)
        else:
            self._board.post_problem(problem, level=Level.WARNING)

    def _on_encoded(self, event: Encoded) -> None:
        self._explorer.models.go_to(Recipe(model=event.model, point=event.point), "Found picture")
        self._explorer.beside.hold_picture(Path(event.path))
        words = f"Found “{shown(event.path)}” in this model"
        if event.percentile is None:
            self._board.post(f"{words}.")
        elif event.percentile >= 95:
            self._board.post(
                f"{words}, but only roughly: {event.percentile:.0f} % of the pictures it learned from are drawn"
                " more closely.",
                Level.WARNING,
            )
        else:
            self._board.post(f"{words}; {100 - event.percentile:.0f} % of its own pictures are drawn less closely.")

    def _ask_for_model_of(self, recipe: Recipe) -> None:
        def on_dialog_chosen(path: Path) -> None:
            self._settings.put(OPEN_FOLDER, str(path.parent))
            self._explorer.models.open(run_of(str(path)), recipe, "Picture")

        self._dialogs.ask_open(
            "Open the model of this picture", last_opened_folder(self._settings), MODEL_FILTER, on_dialog_chosen
        )

    def _on_dialog_model_chosen(self, path: Path) -> None:
        self._settings.put(OPEN_FOLDER, str(path.parent))
        self.open_source(str(path))

    def _on_dialog_picture_chosen(self, path: Path) -> None:
        self._settings.put(OPEN_FOLDER, str(path.parent))
        self.read_picture(path)
