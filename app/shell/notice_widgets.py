"""Notices on screen: cards that stand in the bottom right corner, and the list behind the status bar."""

from __future__ import annotations

import re

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.look import theme
from app.look.icons import Ink
from app.look.tokens import RADIUS_PX, SPACE_4, SPACE_8, SPACE_12, SPACE_16
from app.store.notices import Level, Notice, NoticeAction, NoticeBoard

CARD_PX = 380
SHOWN = 3
LEAVES_MS = {Level.NEWS: 6_000, Level.DONE: 15_000, Level.WARNING: 20_000}
"""How long a card stands there; a problem stays until it was read. The list behind the status bar keeps all."""
_LONG_WORD = re.compile(r"(\S{24})(?=\S{12})")
_ICONS = {
    Level.NEWS: ("info", Ink.SECONDARY, "News"),
    Level.DONE: ("check", Ink.GOOD, "Done"),
    Level.WARNING: ("warning", Ink.WARN, "Warning"),
    Level.PROBLEM: ("warning", Ink.BAD, "Problem"),
}


class NoticeCard(QFrame):
    """One notice: what happened, one thing to do about it, and the details to copy."""

    closed = Signal(int)

    def __init__(self, notice: Notice, parent: QWidget | None = None, *, closable: bool = True) -> None:
        super().__init__(parent)
        self.number = notice.number
        self._notice = notice
        icon, ink, word = _ICONS[notice.level]
        self.setAccessibleName(f"{word}: {notice.sentence}")
        self._sign = QToolButton()
        self._sign.setProperty("kind", "quiet")
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sign.setFixedSize(28, 28)
        self._sign.setIconSize(QSize(18, 18))
        self._sign.setStyleSheet("QToolButton { padding: 0; }")
        self._sign.setAccessibleName(word)
        theme.dress(self._sign, icon, 18, ink)
        whole = _LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", notice.sentence)  # a file's name may be one word
        self._sentence = QLabel(whole)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)  # file names are never markup
        self._sentence.setWordWrap(True)
        self._sentence.setMinimumWidth(1)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._times = QLabel()
        self._times.setProperty("tone", "small")
        self._copy = self._button("Copy details", self._on_copy_clicked)
        self._act = self._button("", self._on_act_clicked)
        self._also = self._button("", self._on_also_clicked)
        for button in (self._act, self._also):
            button.setStyleSheet("QPushButton { color: palette(link); }")
        self._close = QToolButton()
        self._close.setProperty("kind", "quiet")
        self._close.setFixedSize(28, 28)
        self._close.setToolTip("Dismiss")
        self._close.setAccessibleName("Dismiss notice")
        self._close.clicked.connect(lambda: self.closed.emit(self.number))
        theme.dress(self._close, "close", 14, Ink.SECONDARY)
        self._arrange()
        self._copy.setVisible(notice.level in (Level.WARNING, Level.PROBLEM) or bool(notice.details))
        self._close.setVisible(closable)
        self.set_notice(notice)

    def set_notice(self, notice: Notice) -> None:
        """Show the notice as it is now: perhaps told again."""
        self._notice = notice
        self._times.setText(f"{notice.times} times" if notice.times > 1 else f"{notice.at:%H:%M}")
        for button, action in ((self._act, notice.action), (self._also, notice.also)):
            button.setVisible(action is not None)
            if action is not None:
                button.setText(action.label)
                button.setAccessibleName(action.label)

    def _button(self, label: str, on_click: object) -> QPushButton:
        button = QPushButton(label)
        button.setProperty("kind", "link")
        button.setAccessibleName(label)
        button.clicked.connect(on_click)
        return button

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(SPACE_4)
        words.setContentsMargins(0, SPACE_4, 0, 0)
        words.addWidget(self._sentence)
        self._below = below = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        below.setSpacing(SPACE_8)
        below.setContentsMargins(0, 0, 0, 0)
        for widget in (self._act, self._also, self._copy):
            below.addWidget(widget)
        below.addStretch(1)
        below.addWidget(self._times)
        words.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_8, SPACE_8, SPACE_8, SPACE_8)
        row.setSpacing(SPACE_8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What does not fit side by side, beside a small picture, stands one below the other."""
        super().resizeEvent(event)
        shown = [one for one in (self._act, self._also, self._copy, self._times) if not one.isHidden()]
        needs = sum(one.sizeHint().width() + SPACE_8 for one in shown)
        room = self.width() - self._sign.width() - self._close.width() - 4 * SPACE_8
        directions = QBoxLayout.Direction
        self._below.setDirection(directions.LeftToRight if needs - SPACE_8 <= room else directions.TopToBottom)

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._notice.report)
        self._copy.setText("Copied")

    def _on_act_clicked(self) -> None:
        self._run(self._notice.action)

    def _on_also_clicked(self) -> None:
        self._run(self._notice.also)

    def _run(self, action: NoticeAction | None) -> None:
        self.closed.emit(self.number)
        if action is not None:
            action.run()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(look.outline), 1))
        painter.setBrush(QColor(look.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)


class NoticeStack(QWidget):
    """The newest notices, in the lower right corner of an area within `over`. Never takes the focus, never blocks."""

    def __init__(self, board: NoticeBoard, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("notices")
        self.setAccessibleName("Notices")
        self._over = self._area = over
        self._cards: dict[int, NoticeCard] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACE_8)
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        board.posted.connect(self._on_board_posted)
        over.installEventFilter(self)
        self.hide()

    @property
    def shown(self) -> tuple[NoticeCard, ...]:
        """The cards on screen, oldest first."""
        return tuple(self._cards.values())

    def dismiss(self, number: int) -> None:
        """Take a card away; the notice stays in the list."""
        card = self._cards.pop(number, None)
        if card is not None:
            self._rows.removeWidget(card)
            card.hide()
            card.deleteLater()
            self._place()

    def dismiss_all(self) -> None:
        """Take every card away."""
        for number in tuple(self._cards):
            self.dismiss(number)

    def _on_board_posted(self, notice: Notice) -> None:
        card = self._cards.get(notice.number)
        if card is not None:
            card.set_notice(notice)
            self._place()
            return
        card = NoticeCard(notice, self)
        card.closed.connect(self.dismiss)
        self._cards[notice.number] = card
        self._rows.addWidget(card)
        card.show()
        while len(self._cards) > SHOWN:
            self.dismiss(next(iter(self._cards)))
        if (leaves_ms := LEAVES_MS.get(notice.level)) is not None:
            timer = QTimer(card)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self._on_timer_timeout(notice.number, timer))
            timer.start(leaves_ms)
        self._place(arriving=True)
        QAccessible.updateAccessibility(QAccessibleEvent(card, QAccessible.Event.Alert))

    def set_area(self, area: QWidget) -> None:
        """Where cards may stand: over what a page can spare, never over controls that one needs."""
        if area is not self._area:
            self._area.removeEventFilter(self)
            self._area = area
            area.installEventFilter(self)
            self._place()

    def dismiss_newest(self) -> bool:
        """Take the newest card away; False if there is none."""
        if not self._cards:
            return False
        self.dismiss(next(reversed(self._cards)))
        return True

    def _on_timer_timeout(self, number: int, timer: QTimer) -> None:
        card = self._cards.get(number)
        if card is not None and card.underMouse():
            timer.start(LEAVES_MS[Level.NEWS])  # somebody reads it, or is about to press its button
        else:
            self.dismiss(number)

    def _place(self, *, arriving: bool = False) -> None:
        self.setVisible(bool(self._cards))
        room = QRect(self._area.mapTo(self._over, QPoint(0, 0)), self._area.size()) & self._over.rect()
        width = min(CARD_PX, room.width() - 2 * SPACE_16)
        self._rows.invalidate()
        # A sentence that is cut off tells nothing: in a low area the cards stand out over its upper edge.
        height = min(self._rows.totalHeightForWidth(width), room.bottom() + 1 - 2 * SPACE_16)
        self.resize(max(0, width), max(0, height))
        end = room.topLeft() + QPoint(room.width() - width - SPACE_16, room.height() - height - SPACE_16)
        self._slide.stop()
        if arriving and theme.tokens().motion_ms and self._over.isVisible():
            self._slide.setDuration(theme.tokens().motion_ms)
            self._slide.setStartValue(end + QPoint(0, SPACE_12))
            self._slide.setEndValue(end)
            self._slide.start()
        else:
            self.move(end)
        self.raise_()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # fonts came, a card grew: the corner stays where it is
            self._place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self._over, self._area) and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False


class NoticeList(QFrame):
    """Everything that was told in this session; opens above the status bar."""

    def __init__(self, board: NoticeBoard, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("notices.list")
        self.setAccessibleName("All notices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._board = board
        heading = QLabel("Notices")
        heading.setProperty("tone", "heading")
        clear = QPushButton("Clear all")
        clear.setProperty("kind", "link")
        clear.clicked.connect(self._on_clear_clicked)
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(clear)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_8)
        for notice in reversed(board.notices):
            card = NoticeCard(notice, closable=False)
            card.closed.connect(self.close)
            rows.addWidget(card)
        if not board.notices:
            nothing = QLabel("Nothing to tell. What the app has to say is kept here.")
            nothing.setProperty("tone", "secondary")
            nothing.setWordWrap(True)
            rows.addWidget(nothing)
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        for plain in (inside, scroll.viewport()):
            plain.setAutoFillBackground(False)
        all_rows = QVBoxLayout(self)
        all_rows.setContentsMargins(SPACE_12, SPACE_12, SPACE_12, SPACE_12)
        all_rows.setSpacing(SPACE_8)
        all_rows.addLayout(top)
        all_rows.addWidget(scroll)
        self.setFixedWidth(CARD_PX + 2 * SPACE_12)
        content = rows.totalHeightForWidth(CARD_PX) if rows.hasHeightForWidth() else rows.sizeHint().height()
        self.setFixedHeight(min(480, content + 64))

    def open_above(self, anchor: QWidget) -> None:
        """Show it with its lower right corner over the anchor's upper right one."""
        corner = anchor.mapToGlobal(QPoint(anchor.width(), 0))
        self.move(corner.x() - self.width(), corner.y() - self.height() - SPACE_4)
        self.show()

    def _on_clear_clicked(self) -> None:
        self._board.clear()
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.tokens()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.panel))
        painter.setPen(QColor(look.line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
