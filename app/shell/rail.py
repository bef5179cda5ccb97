"""The rail: one button for each page, in groups, and the program's own menu at its foot."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.controls.buttons import icon_button
from app.controls.menu_heading import add_heading
from app.controls.surfaces import on_panel
from app.look.icons import pixmap
from app.look.theme import font, theme, tokens
from app.look.tokens import RADIUS_PX, SPACE_4, SPACE_8, SPACE_12, TEXT_SMALL_PX
from app.shell.actions import ActionId, Actions
from app.shell.page import Page

RAIL_PX = 72
_BUTTON_PX = 56
_ICON_PX = 22
_MARK_PX = 3


class PageButton(QAbstractButton):
    """An icon over its word; the page one is on carries a mark at the window's edge."""

    def __init__(self, action: QAction, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self._action = action
        self.setCheckable(True)
        self.setChecked(action.isChecked())
        self.setText(action.text())
        self.setAccessibleName(action.text())
        self.setToolTip(action.toolTip())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        action.toggled.connect(self.setChecked)
        self.clicked.connect(self._on_clicked)
        theme().changed.connect(self._on_theme_changed)

    def _on_clicked(self) -> None:
        self._action.trigger()
        self.setChecked(self._action.isChecked())

    def _on_theme_changed(self, _tokens: object) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(RAIL_PX, _BUTTON_PX)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(SPACE_8, 0, -SPACE_8, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(QColor(look.button if self.isChecked() else look.button_hover))
            painter.drawRoundedRect(box, RADIUS_PX, RADIUS_PX)
        if self.isChecked():
            painter.setBrush(QColor(look.accent))
            painter.drawRect(QRectF(0, box.top() + 12, _MARK_PX, box.height() - 24))
        if self.hasFocus():
            painter.setPen(QPen(QColor(look.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        colour = look.accent if self.isChecked() else look.secondary
        left = (self.width() - _ICON_PX) // 2
        painter.drawPixmap(left, SPACE_8, pixmap(self._icon, colour, _ICON_PX, self.devicePixelRatioF()))
        painter.setFont(font(TEXT_SMALL_PX))
        painter.setPen(QColor(look.text if self.isChecked() else look.secondary))
        words = self.rect().adjusted(0, 34, 0, -SPACE_4)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self.text())
        painter.end()


class SameButton(QAbstractButton):
    """Lies over a button under a second object name, which scripts rely on, and passes on what it gets."""

    def __init__(self, button: PageButton, name: str) -> None:
        super().__init__(button)
        self.setObjectName(name)
        self.setText(button.text())
        self.setAccessibleName(button.accessibleName())
        self.setToolTip(button.toolTip())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.resize(button.sizeHint())
        self.clicked.connect(button.click)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing: the button below is seen."""


def _forget_pointer(button: QToolButton) -> None:
    """Qt leaves a button as if the pointer were over it, once a menu of it has closed elsewhere."""
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    button.update()


class PageRail(QWidget):
    """Pages above, settings below."""

    def __init__(self, pages: tuple[Page, ...], actions: Actions) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName("Pages")
        self.setFixedWidth(RAIL_PX)
        on_panel(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_12, 0, SPACE_8)
        column.setSpacing(SPACE_8)
        before: Page | None = None
        for page in pages:
            if before is not None and before.group is not page.group:
                column.addSpacing(SPACE_12)
            button = PageButton(actions[ActionId.SHOW_PAGE, page.id], page.icon)
            button.setObjectName(f"mode.{page.id}")
            if page.also:
                SameButton(button, page.also)
            column.addWidget(button)
            before = page
        column.addStretch(1)
        self._menu = self._make_menu(actions)
        more = icon_button("settings", "Settings and help")
        more.setObjectName("settings")
        more.setFixedSize(40, 40)
        more.clicked.connect(lambda: self._open_menu(more))
        self._menu.aboutToHide.connect(lambda: _forget_pointer(more))
        column.addWidget(more, 0, Qt.AlignmentFlag.AlignHCenter)

    def _open_menu(self, button: QToolButton) -> None:
        """Upwards from the foot of the rail, so that it stays within the window."""
        self._menu.popup(button.mapToGlobal(button.rect().bottomRight()) - QPoint(0, self._menu.sizeHint().height()))

    def _make_menu(self, actions: Actions) -> QMenu:
        menu = QMenu(self)
        add_heading(menu, "Appearance")
        menu.addActions(actions.of(ActionId.THEME))
        menu.addSeparator()
        add_heading(menu, "Enlarging")
        menu.addActions(actions.of(ActionId.SCALING))
        menu.addSeparator()
        menu.addActions(actions.of(ActionId.MOST_TIMES))
        menu.addSeparator()
        for action_id in (ActionId.GUIDE, ActionId.KEYS):
            menu.addAction(actions[action_id])
        menu.addSeparator()
        for action_id in (ActionId.OPEN_HOME, ActionId.RESET_SETTINGS):
            menu.addAction(actions[action_id])
        menu.addSeparator()
        menu.addAction(actions[ActionId.QUIT])
        return menu
