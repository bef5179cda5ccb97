"""Help: the keys, and the guide that comes with the program. Nothing is fetched from anywhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QKeySequence,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from app.controls.buttons import plain_button, primary_button, quiet_button
from app.controls.surfaces import on_panel
from app.look.theme import font
from app.look.tokens import (
    SPACE_4,
    SPACE_8,
    SPACE_12,
    SPACE_16,
    SPACE_24,
    TEXT_LARGE_PX,
    TEXT_PX,
    TEXT_TITLE_PX,
)
from app.shell.actions import ActionId, Row
from engine.disk.home import resources

GUIDE = resources() / "guide" / "guide.md"
PAGE = ".md"
PICTURE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in the text for a figure; its line is as high as the figure."""
HANDS = (
    ("B, held", "The picture without what the sliders change"),
    ("← →", "Move the slider by 0.1 σ"),
    ("Shift and drag", "Move a slider finely"),
    ("Double-click", "Put a slider back"),
    ("Enter on a slider", "See five steps of it"),
    ("Wheel or drag on a curve", "Enlarge it, or move along it (keys: + −, Shift+arrows)"),
    ("Arrows on a curve", "Read its values; 0 shows all, L is the logarithmic scale"),
    ("V P M E X", "Where a model draws pixel by pixel: look, paint, keep, erase, box"),
    ("L", "Keep the upper half, have the lower one drawn anew"),
    ("H", "How hard each pixel was to guess; arrows and Enter point at one"),
    ("Space on the picture", "Wait while it is drawn, go on, watch it again; a full stop draws one pixel"),
    ("Space on a path", "Play; comma and full stop go a picture back and on"),
    ("Escape", "Stop drawing; close what lies over the picture, or the newest notice"),
)
"""What hands do that is no action of the table."""


class KeysDialog(QDialog):
    """Every key, from the table of actions, so that the list is never out of date."""

    def __init__(self, rows: tuple[Row, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help.keys")
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        on_panel(self)
        title = QLabel("Keys")
        title.setFont(font(TEXT_LARGE_PX, QFont.Weight.DemiBold))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_16)
        grid.setVerticalSpacing(SPACE_8)
        listed = (*key_rows(rows), *HANDS)
        half = -(-len(listed) // 2)
        for number, (keys, words) in enumerate(listed):
            column = 0 if number < half else 3
            key_label, words_label = QLabel(keys), QLabel(words)
            key_label.setProperty("tone", "secondary")
            grid.addWidget(key_label, number % half, column)
            grid.addWidget(words_label, number % half, column + 1)
        grid.setColumnMinimumWidth(2, SPACE_24)
        self.guide_button = plain_button("Read the guide")
        self.guide_button.clicked.connect(self._on_guide_button_clicked)
        close = primary_button("Close")
        close.setDefault(True)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_8)
        foot.addWidget(self.guide_button)
        foot.addStretch(1)
        foot.addWidget(close)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(SPACE_24, SPACE_24, SPACE_24, SPACE_16)
        column_box.setSpacing(SPACE_16)
        column_box.addWidget(title)
        column_box.addLayout(grid)
        column_box.addStretch(1)
        column_box.addLayout(foot)

    def _on_guide_button_clicked(self) -> None:
        window = self.parentWidget()
        self.close()
        GuideDialog(window).show()


class GuideDialog(QDialog):
    """The guide, in the window's own type; it stays open beside what one tries out."""

    def __init__(self, parent: QWidget | None = None, path: Path = GUIDE) -> None:
        super().__init__(parent)
        self.setObjectName("help.guide")
        self.setWindowTitle("Guide")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        on_panel(self)
        self.resize(620, 640)
        self.page = QTextBrowser()
        self.page.setAccessibleName("Guide")
        self.page.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(lambda link: self.turn_to(link.fileName()))
        self.page.document().setDocumentMargin(SPACE_12)
        self.page.setStyleSheet("QTextBrowser { background: transparent; }")
        self.whole_button = quiet_button("The whole guide")
        self.whole_button.clicked.connect(lambda: self.read(GUIDE))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_16, SPACE_16, SPACE_8, SPACE_16)
        column.addWidget(self.whole_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.page)
        self.read(path)

    def read(self, path: Path) -> None:
        """Show the guide itself, or the page of one family."""
        self.whole_button.setVisible(path.parent == GUIDE.parent and path != GUIDE)
        if path.is_file():
            self.page.setSource(QUrl.fromLocalFile(str(path)), QTextDocument.ResourceType.MarkdownResource)
            _set_type(self.page.document())
        else:
            self.page.setPlainText("The guide is not installed here. It stands in resources/guide of the source.")

    def turn_to(self, about: str) -> None:
        """Show what is about something: a heading of the guide, or a family's page by its file's name."""
        family = GUIDE.parent / about
        if about.endswith(PAGE) and family.is_file():
            self.read(family)
            return
        if self.page.source() != QUrl.fromLocalFile(str(GUIDE)):
            self.read(GUIDE)
        self.go_to(about)

    def go_to(self, heading: str) -> bool:
        """Show the part under a heading; False if there is none of that name."""
        document = self.page.document()
        block = document.begin()
        while block.isValid():
            if heading and block.blockFormat().headingLevel() and block.text() == heading:
                top = document.documentLayout().blockBoundingRect(block).top()
                self.page.verticalScrollBar().setValue(int(top) - SPACE_8)
                self.page.setTextCursor(QTextCursor(block))
                self.page.verticalScrollBar().setValue(int(top) - SPACE_8)
                return True
            block = block.next()
        return False


def _set_type(document: QTextDocument) -> None:
    """Give the page room between its paragraphs and headings of the window's sizes: Markdown alone has neither."""
    sizes = {1: TEXT_TITLE_PX, 2: TEXT_LARGE_PX}
    proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
    block = document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        room = QTextBlockFormat()
        room.setLineHeight(100 if PICTURE in block.text() else 130, proportional)
        room.setTopMargin(SPACE_24 if level == 2 else SPACE_16 if level else 0)
        room.setBottomMargin(SPACE_8 if block.textList() is None else SPACE_4)
        cursor = QTextCursor(block)
        cursor.mergeBlockFormat(room)
        if level:
            letters = QTextCharFormat()
            letters.setFont(font(sizes.get(level, TEXT_PX), QFont.Weight.DemiBold))
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(letters)  # whole: Markdown's own size adjustment must go
        else:
            _lighten(block)
        block = block.next()


def _lighten(block: QTextBlock) -> None:
    """Bold as in the rest of the window: the weight that Markdown asks for is not bundled, and was made by smearing."""
    letters = QTextCharFormat()
    letters.setFontWeight(QFont.Weight.DemiBold)
    places = block.begin()
    spans = []
    while not places.atEnd():
        span = places.fragment()
        if span.charFormat().fontWeight() > QFont.Weight.DemiBold:
            spans.append((span.position(), span.length()))
        places += 1
    for position, length in spans:
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(letters)


def key_rows(rows: tuple[Row, ...]) -> tuple[tuple[str, str], ...]:
    """Keys and words of every action that has a key."""
    listed = []
    for row in rows:
        keys = [QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in row.shortcut.split(";")]
        if row.shortcut and row.id is not ActionId.KEYS:
            listed.append((" or ".join(keys), row.text.removesuffix("…")))
    return tuple(listed)
