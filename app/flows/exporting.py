"""Taking pictures home: files that remember their recipe, the clipboard, and a drag out of the window."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QStandardPaths, Qt, QUrl, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QPixmap, QScreen
from PySide6.QtWidgets import QApplication

from app.flows.file_dialogs import FileDialogs, free_name
from app.flows.finding import MIME, place_content
from app.look.images import image_pixmap, to_qimage
from app.store import recipes
from app.store.client import Client
from app.store.kept.settings import EXPORT_FOLDER, EXPORT_SCALE, Settings
from app.store.notices import NoticeBoard
from app.store.recipes import SliderKind
from app.store.state import Explorer
from engine.disk.recipes import PLAIN, stamped
from engine.protocol.answers import Event, Exported, ExportProgressed, Failed
from engine.protocol.requests import Cancel, ExportGrid, ExportPicture, ExportWalk
from engine.protocol.sheets import Sheet
from engine.protocol.values import Image, Recipe
from engine.protocol.walks import Film, Walk

FILTER = "PNG picture (*.png)"
FILM_FILES = {
    Film.GIF: (".gif", "GIF animation (*.gif)"),
    Film.WEBP: (".webp", "WebP animation (*.webp)"),
    Film.APNG: (".apng", "APNG animation (*.apng *.png)"),
    Film.MP4: (".mp4", "MP4 film (*.mp4)"),
    Film.FRAMES: ("", "Folder of PNG pictures (*)"),
    Film.STRIP: (".png", FILTER),
}
GRID_COLUMNS = 6
DRAG_FOLDER = "dragged"
DRAG_KEPT = 20


class ExportFlow(QObject):
    """What a person exports is asked of the engine, which draws it again at full quality."""

    progressed = Signal(object)
    """How far a file of many pictures is; None when none is being drawn."""

    def __init__(
        self,
        explorer: Explorer,
        client: Client,
        board: NoticeBoard,
        settings: Settings,
        dialogs: FileDialogs,
        home: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._client = client
        self._board = board
        self._settings = settings
        self._dialogs = dialogs
        self._home = home
        self._saving: dict[int, ExportProgressed] = {}
        """Files of many pictures that are being drawn, by ticket, the one that was asked for last at the end."""
        self._dragged: tuple[int, Path, QPixmap] | None = None
        self._carried: Recipe | None = None
        """The place of the picture that is dragged: within the window it needs no file."""
        self.start_drag: Callable[[Path, QPixmap], None] = self._start_drag

    # ------------------------------------------------------------ files

    def export_picture(self, scale: int | None = None, place: Recipe | None = None) -> None:
        """Write a place's picture (the one on the canvas), each pixel `scale` times."""
        recipe = place or self._explorer.place.recipe
        if recipe is None:
            return
        times, moment = self._chosen(scale), self._explorer.live.moment_of(recipe)

        def write(path: Path) -> None:
            self._send(ExportPicture(recipe=stamped(recipe), path=path, scale=times, moment=moment))

        self._ask("Export picture", self._stem(recipe), write)

    def export_grid(self, scale: int | None = None) -> None:
        """Write the gallery as one picture; every cell remembers its recipe."""
        if gallery := self._explorer.gallery.recipes:
            self._ask_grid("Export gallery", f"{self._name()}-gallery", gallery, GRID_COLUMNS, self._chosen(scale))

    def export_strip(self, scale: int | None = None) -> None:
        """Write the effect of the slider that was moved last, from −2σ to 2σ."""
        recipe, slider = self._explorer.place.recipe, self.strip_slider()
        if recipe is not None and slider is not None:
            kind, key = slider
            strip = recipes.strip(recipe, kind, key)
            word = key if kind is SliderKind.DIRECTION else f"axis-{int(key) + 1}"
            self._ask_grid(
                "Export slider strip", f"{self._stem(recipe)}-{word}", strip, len(strip), self._chosen(scale)
            )

    def export_sheet(
        self, cells: tuple[Recipe, ...], columns: int, scale: int, sheet: Sheet, sources: tuple[str, ...] = ()
    ) -> None:
        """Write places as one picture, with words around them; `sources` open the models of cells of several."""
        self._ask_grid("Export grid", f"{self._name()}-grid", cells, columns, scale, sheet, sources)

    def export_walk(self, walk: Walk, film: Film, frames_per_s: int, scale: int) -> None:
        """Write a path frame by frame."""
        suffix, words = FILM_FILES[film]

        def write(path: Path) -> None:
            ticket = self._client.next_ticket()
            self._saving[ticket] = ExportProgressed(path=str(path), done=0, of=walk.frames(frames_per_s))
            self._show_progress()
            marked = tuple(replace(key, recipe=stamped(key.recipe)) for key in walk.keyframes)
            self._send(
                ExportWalk(
                    walk=replace(walk, keyframes=marked), path=path, film=film, frames_per_s=frames_per_s,
                    scale=scale, ticket=ticket,
                )
            )  # fmt: skip

        self._ask("Export path", f"{self._name()}-path", write, suffix, words)

    def strip_slider(self) -> tuple[SliderKind, str] | None:
        """The slider whose strip would be exported: the last one moved, else the first."""
        model = self._explorer.models.model
        if self._explorer.place.last_slider is not None or model is None:
            return self._explorer.place.last_slider
        if model.directions:
            return SliderKind.DIRECTION, model.directions[0].name
        return (SliderKind.AXIS, str(model.axes[0].index)) if model.axes else None

    def cancel(self) -> None:
        """Stop drawing for the file whose progress is shown; nothing is written."""
        if self._saving:
            self._client.send(Cancel(ticket=next(reversed(self._saving))))

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        picture = self._explorer.pictures.picture
        if picture is None:
            return
        times = int(self._settings.get(EXPORT_SCALE))
        image = to_qimage(picture.image)
        size = image.size() * times
        QGuiApplication.clipboard().setImage(image.scaled(size, mode=Qt.TransformationMode.FastTransformation))
        self._board.post(f"Copied the picture, {size.width()} × {size.height()} pixels.")

    # ------------------------------------------------------------ dragging out

    def drag_out(self, recipe: Recipe, image: Image) -> None:
        """Begin to drag a picture to another program; the file is drawn first, in some milliseconds."""
        folder = self._home / DRAG_FOLDER
        path = free_name(folder, self._stem(recipe), ".png")
        self._forget_old_drags(folder)
        ticket = self._client.next_ticket()
        self._dragged = ticket, path, image_pixmap(image, 96, self._ratio())
        self._carried = recipe
        times = int(self._settings.get(EXPORT_SCALE))
        moment = self._explorer.live.moment_of(recipe)
        self._client.send(ExportPicture(recipe=stamped(recipe), path=path, scale=times, moment=moment, ticket=ticket))

    def drag_out_picture(self) -> None:
        """Begin to drag what is on the canvas."""
        picture = self._explorer.pictures.picture
        if picture is not None and picture.final:
            self.drag_out(picture.recipe, picture.image)

    def drag_out_place(self, recipe: Recipe) -> None:
        """Begin to drag a thumbnail; places of other models stay where they are."""
        model, picture = self._explorer.models.model, self._explorer.thumbnail_of(recipe)
        if model is not None and picture is not None and recipe.model == model.fingerprint:
            self.drag_out(recipe, picture)

    def receive(self, event: Event) -> None:
        """Take in the engine's answers."""
        match event:
            case ExportProgressed() if event.ticket in self._saving:
                self._saving[event.ticket] = event
                self._show_progress()
            case Exported() | Failed():
                if self._saving.pop(event.ticket, None):
                    self._show_progress()
                self._on_dragged_file(event)
            case _:
                pass

    def _show_progress(self) -> None:
        self.progressed.emit(next(reversed(self._saving.values()), None))

    def _on_dragged_file(self, event: Exported | Failed) -> None:
        """What is dragged out is there, or never will be."""
        if self._dragged is None or self._dragged[0] != event.ticket:
            return
        (_, path, pixmap), self._dragged = self._dragged, None
        is_held = QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton or self.start_drag != self._start_drag
        if isinstance(event, Exported) and is_held:
            self.start_drag(path, pixmap)

    def is_own_drag(self, path: str) -> bool:
        """True for a file that is only made to be dragged: nobody is told that it was saved."""
        return Path(path).parent == self._home / DRAG_FOLDER

    def _start_drag(self, path: Path, pixmap: QPixmap) -> None:
        content = QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(path))])
        if self._carried is not None:
            content.setData(MIME, place_content(self._carried))
        drag = QDrag(QApplication.activeWindow() or self)
        drag.setMimeData(content)
        drag.setPixmap(pixmap)
        drag.exec(Qt.DropAction.CopyAction)

    def _forget_old_drags(self, folder: Path) -> None:
        try:
            old = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime)
            for path in old[:-DRAG_KEPT]:
                path.unlink()
        except OSError:
            return  # leftovers do no harm

    # ------------------------------------------------------------ within

    def _chosen(self, scale: int | None) -> int:
        """How large pixels become: as asked, which is remembered, else as the last time."""
        times = int(scale or self._settings.get(EXPORT_SCALE))
        self._settings.put(EXPORT_SCALE, times)
        return times

    def _ask_grid(
        self, title: str, stem: str, cells: tuple[Recipe, ...], columns: int, times: int, sheet: Sheet = PLAIN,
        sources: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        def write(path: Path) -> None:
            marked = tuple(stamped(cell) for cell in cells)
            ticket = self._client.next_ticket()
            self._saving[ticket] = ExportProgressed(path=str(path), done=0, of=len(marked))
            self._show_progress()
            self._send(
                ExportGrid(
                    recipes=marked, columns=columns, path=path, scale=times, sheet=sheet, sources=sources, ticket=ticket
                )
            )

        self._ask(title, stem, write)

    def _ask(
        self, title: str, stem: str, write: Callable[[Path], None], suffix: str = ".png", words: str = FILTER
    ) -> None:
        pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        folder = Path(str(self._settings.get(EXPORT_FOLDER)) or pictures or str(Path.home()))
        self._dialogs.ask_save(title, free_name(folder, stem, suffix), words, write)

    def _send(self, command: ExportPicture | ExportGrid | ExportWalk) -> None:
        self._settings.put(EXPORT_FOLDER, str(command.path.parent))
        self._client.send(command)

    def _name(self) -> str:
        model = self._explorer.models.model
        return re.sub(r"[^\w-]+", "-", model.name if model else "picture").strip("-")[:40] or "picture"

    def _stem(self, recipe: Recipe) -> str:
        return f"{self._name()}-{recipe.seed if recipe.point is None else 'found'}"

    def _ratio(self) -> float:
        screen: QScreen | None = QGuiApplication.primaryScreen()
        return 1.0 if screen is None else screen.devicePixelRatio()
