"""The model that is open, as a chip in the top bar: thumbnail, name, family and size, and the way to others."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QColor,
    QFont,
    QFontMetrics,
    QIcon,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy

from app.controls.menu_heading import add_heading
from app.flows.opening import OpeningFlow
from app.flows.shell import LIBRARY
from app.look.icons import pixmap
from app.look.images import image_pixmap
from app.look.theme import font, theme, tokens
from app.look.tokens import RADIUS_PX, SPACE_8, SPACE_12, TEXT_SMALL_PX
from app.shell.actions import ActionId, Actions
from app.store.engine_status import EngineState
from app.store.kept.settings import RECENT_MODELS, Settings
from app.store.state import Explorer
from engine.disk.bundled import NAMES, explorable_names
from engine.disk.files import on_a_line, shown
from engine.disk.recipes import known_as
from engine.protocol.answers import Rendered
from engine.protocol.values import ModelDescribed

CHIP_PX = 32
CHIP_WIDTH_PX = 232
_WIDEST_PX = 640
_THUMB_PX = 26
_CHEVRON_PX = 14
_MENU_PX = 24


class ModelChip(QAbstractButton):
    """Shows the open model; pressed, it lists bundled and recent models."""

    def __init__(self, explorer: Explorer, opening: OpeningFlow, settings: Settings, actions: Actions) -> None:
        super().__init__()
        self._explorer = explorer
        self._opening = opening
        self._settings = settings
        self._actions = actions
        self._name = "No model"
        self._detail = ""
        self._thumb: QPixmap | None = None
        self._pictured: dict[str, QAction] = {}
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.setObjectName("model")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(CHIP_PX)
        self.setMaximumWidth(_WIDEST_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.clicked.connect(self.open_menu)
        explorer.models.model_changed.connect(self.set_model)
        explorer.pictures.picture_changed.connect(self.set_picture)
        explorer.engine.changed.connect(self._on_engine_changed)
        explorer.library.illustrated.connect(self._illustrate)
        theme().changed.connect(self._on_theme_changed)
        self.set_model(explorer.models.model)

    def set_model(self, model: ModelDescribed | None) -> None:
        """Show another model."""
        if model is None:
            starting = self._explorer.engine.status.state is EngineState.STARTING
            self._name, self._detail = ("Opening…" if starting else "No model"), ""
        else:
            self._name = title_of(model.name)
            self._detail = f"{model.family_label} · {model.size} px{' · learning' if model.live else ''}"
        self._thumb = None
        self.setAccessibleName(f"Model: {self._name} {self._detail}")
        self.setToolTip(f"{self._name}  {self._detail}\nOpen another model".strip())
        self.updateGeometry()
        self.update()

    def set_picture(self, picture: Rendered) -> None:
        """The first whole picture of a model stands for it."""
        if self._thumb is None and picture.final:
            self._thumb = image_pixmap(picture.image, _THUMB_PX, self.devicePixelRatioF())
            self.update()

    def open_menu(self) -> None:
        """List what can be opened."""
        self._fill()
        self.menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _fill(self) -> None:
        self.menu.clear()
        self._pictured.clear()
        open_now = self._explorer.models.source
        bundled = bundled_models()
        add_heading(self.menu, "Bundled")
        for name in bundled:
            self._add(self._explorer.library.title(name) or title_of(name), name, open_now)
        recent = [source for source in self._settings.get(RECENT_MODELS) if source not in bundled]
        if recent:
            add_heading(self.menu, "Recent")
            for source in recent:
                self._add(self._explorer.library.title(source) or _file_title(source), source, open_now)
        self._explorer.library.want_too(self._pictured)
        self.menu.addSeparator()
        self.menu.addAction(self._actions[ActionId.SHOW_PAGE, LIBRARY])
        self.menu.addAction(self._actions[ActionId.OPEN_MODEL])
        self.menu.addAction(self._actions[ActionId.OPEN_PICTURE])
        self.menu.addSeparator()
        for action_id in (ActionId.OPEN_SESSION, ActionId.SAVE_SESSION):
            self.menu.addAction(self._actions[action_id])
        self.menu.addSeparator()
        self.menu.addAction(self._actions[ActionId.MAKE_SET])

    def _add(self, label: str, source: str, open_now: str) -> None:
        action = self.menu.addAction(label.replace("&", "&&"))
        action.setToolTip(source)
        action.setCheckable(True)
        action.setChecked(source == open_now)
        action.triggered.connect(lambda: self._opening.open_source(source))
        if source == open_now:  # a picture stands where the tick would be
            action.setFont(font(weight=QFont.Weight.DemiBold))
        self._pictured[source] = action
        self._illustrate(source)

    def _illustrate(self, source: str) -> None:
        """A picture beside the name; the tick of the open one stands there instead."""
        action, image = self._pictured.get(source), self._explorer.library.picture(source)
        if action is not None and image is not None:
            action.setIcon(QIcon(image_pixmap(image, _MENU_PX, self.devicePixelRatioF())))

    def _on_engine_changed(self, _status: object) -> None:
        if self._explorer.models.model is None:
            self.set_model(None)

    def _on_theme_changed(self, _tokens: object) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        name = QFontMetrics(font(weight=QFont.Weight.DemiBold)).horizontalAdvance(self._name)
        detail = QFontMetrics(font(TEXT_SMALL_PX)).horizontalAdvance(self._detail)
        needed = name + detail + _THUMB_PX + _CHEVRON_PX + 52
        return QSize(min(max(CHIP_WIDTH_PX, needed), _WIDEST_PX), CHIP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, CHIP_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.button_hover if self.underMouse() or self.isDown() else look.button))
        painter.drawRoundedRect(box, RADIUS_PX, RADIUS_PX)
        thumb = QRectF(3, 3, _THUMB_PX, _THUMB_PX)
        path = QPainterPath()
        path.addRoundedRect(thumb, 4, 4)
        if self._thumb is None:
            painter.fillPath(path, QColor(look.track))
        else:
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(thumb.topLeft(), self._thumb)
            painter.restore()
        left = 3 + _THUMB_PX + SPACE_8
        right = self.width() - _CHEVRON_PX - SPACE_8
        bold, small = font(weight=QFont.Weight.DemiBold), font(TEXT_SMALL_PX)
        detail_px = QFontMetrics(small).horizontalAdvance(self._detail)
        room = right - left - SPACE_8
        name_px = min(QFontMetrics(bold).horizontalAdvance(self._name), max(room - detail_px - SPACE_12, room // 2))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(bold)
        painter.setPen(QColor(look.text))
        words = QFontMetrics(bold).elidedText(self._name, Qt.TextElideMode.ElideMiddle, name_px + 1)
        painter.drawText(QRectF(left, 0, name_px + 1, self.height()), middle, words)
        painter.setFont(small)
        painter.setPen(QColor(look.secondary))
        rest = right - left - name_px - SPACE_12 - 4
        words = QFontMetrics(small).elidedText(self._detail, Qt.TextElideMode.ElideRight, rest)
        painter.drawText(QRectF(left + name_px + SPACE_12, 1, rest, self.height() - 1), middle, words)
        mark = pixmap("chevron-down", look.secondary, _CHEVRON_PX, self.devicePixelRatioF())
        painter.drawPixmap(right, (self.height() - _CHEVRON_PX) // 2, mark)
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        painter.end()


def _file_title(source: str) -> str:
    """What a model from elsewhere is called until the library knows its name."""
    return shown(known_as(source).removesuffix(".safetensors").removesuffix(".zscape"))


def bundled_models() -> tuple[str, ...]:
    """Names of the models that come with the program, the default first."""
    return explorable_names()


def title_of(name: str) -> str:
    """A model's name for people: what a bundled one calls itself, also before its file was read."""
    return NAMES.get(name, on_a_line(name))
