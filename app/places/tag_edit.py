"""The words of a favourite: a line to write them in, and those that others have, to press."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.controls.buttons import link_button
from app.controls.small_note import small_note
from app.controls.surfaces import on_panel
from app.look.tokens import SPACE_8, SPACE_12
from app.store.favourites import TAG_LIMIT, TAGS_MOST

_OFFERED = 5
_WIDTH_PX = 320


class TagEdit(QFrame):
    """Opens at a place of the screen. Enter, or a click elsewhere, keeps what is written; Escape does not."""

    def __init__(self, tags: tuple[str, ...], known: tuple[str, ...], keep: Callable[[list[str]], object]) -> None:
        super().__init__(None, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("tags")
        self.setAccessibleName("Tags")
        on_panel(self)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(_WIDTH_PX)
        self._keep: Callable[[list[str]], object] | None = keep
        title = QLabel("Tags")
        title.setProperty("tone", "heading")
        self.line = QLineEdit(", ".join(tags))
        self.line.setObjectName("tags.line")
        self.line.setAccessibleName("Tags")
        self.line.setPlaceholderText("such as: talk, her")
        self.line.setMaxLength(TAGS_MOST * (TAG_LIMIT + 2))
        self.line.returnPressed.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_12, SPACE_12, SPACE_12, SPACE_12)
        column.setSpacing(SPACE_8)
        column.addWidget(title)
        column.addWidget(self.line)
        column.addWidget(small_note("Words by which you find it again, with commas between them. Enter keeps them."))
        others = [tag for tag in known if tag not in tags][:_OFFERED]
        if others:
            row = QHBoxLayout()
            row.setSpacing(SPACE_12)
            for tag in others:
                button = link_button(tag.replace("&", "&&"))
                button.setAccessibleName(f"Add {tag}")
                button.clicked.connect(lambda _checked=False, tag=tag: self._add(tag))
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)

    def open_at(self, at: QPoint) -> None:
        """Show it as near as the screen allows, upwards where there is no room below."""
        self.adjustSize()
        room = self.screen().availableGeometry() if self.screen() is not None else None
        if room is not None:
            at = QPoint(
                min(at.x(), room.right() - self.width()),
                at.y() if at.y() + self.height() <= room.bottom() else at.y() - self.height(),
            )
        self.move(at)
        self.show()
        self.line.setFocus()
        self.line.end(False)

    def _add(self, tag: str) -> None:
        written = self.line.text().strip().rstrip(",")
        self.line.setText(f"{written}, {tag}" if written else tag)
        self.line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._keep = None
        super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        keep, self._keep = self._keep, None
        if keep is not None:
            keep(self.line.text().split(","))


def edit_tags(
    parent: QWidget, tags: tuple[str, ...], known: tuple[str, ...], at: QPoint, keep: Callable[[list[str]], object]
) -> TagEdit:
    """Open the words of a place there."""
    edit = TagEdit(tags, known, keep)
    edit.setParent(parent, Qt.WindowType.Popup)
    edit.open_at(at)
    return edit
