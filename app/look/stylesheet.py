"""One small stylesheet made from the tokens, for what a palette cannot say: radii, hover, and the kinds of buttons.

A widget chooses its manner with a dynamic property: `kind` is primary, quiet or danger on buttons (nothing is the
resting button), `tone` is title, heading, secondary, small, good, warn or bad on labels.
"""

from __future__ import annotations

from dataclasses import asdict

from app.look.tokens import RADIUS_PX, TEXT_LARGE_PX, TEXT_SMALL_PX, TEXT_TITLE_PX, Tokens

_SHEET = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 5px 8px; }}
QMenu {{ background: {raised}; border: 1px solid {line}; border-radius: {radius}px; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; color: {text}; }}
QMenu::item:selected {{ background: {button_hover}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 8px; }}

QLabel[tone="secondary"] {{ color: {secondary}; }}
QLabel[tone="small"] {{ color: {secondary}; font-size: {small}px; }}
QLabel[tone="heading"] {{ font-weight: 600; }}
QLabel[tone="large"] {{ font-size: {large}px; font-weight: 600; }}
QLabel[tone="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[tone="good"] {{ color: {good_text}; }}
QLabel[tone="warn"] {{ color: {warn_text}; }}
QLabel[tone="bad"] {{ color: {bad_text}; }}
QLabel[tone="caution"] {{ color: {warn_text}; font-size: {small}px; }}
QLabel[tone="problem"] {{ color: {bad_text}; font-size: {small}px; }}

QPushButton, QToolButton {{
    background: {button}; color: {text}; border: 1px solid transparent; border-radius: {radius}px;
    padding: 0 12px; min-height: 30px;
}}
QToolButton {{ padding: 0 6px; min-height: 0; }}
QPushButton:hover, QToolButton:hover {{ background: {button_hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {button_pressed}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {disabled}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {accent}; }}
QPushButton:checked, QToolButton:checked {{ background: {button_hover}; color: {text}; }}
QPushButton[kind="primary"] {{
    background: {accent}; color: {on_accent}; font-weight: 600; padding: 0 20px; min-height: 32px;
}}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {accent_pressed}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[kind="primary"]:disabled {{ background: {track}; color: {disabled}; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent; color: {secondary}; padding: 0 8px; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {button_hover}; color: {text}; }}
QPushButton[kind="quiet"]:pressed, QToolButton[kind="quiet"]:pressed {{ background: {button_pressed}; color: {text}; }}
QPushButton[kind="quiet"]:checked, QToolButton[kind="quiet"]:checked {{ background: {button_hover}; color: {text}; }}
QPushButton[kind="quiet"]:disabled, QToolButton[kind="quiet"]:disabled {{ background: transparent; color: {disabled}; }}
QToolButton[kind="tool"] {{ background: transparent; color: {secondary}; padding: 0; }}
QToolButton[kind="tool"]:hover {{ background: {button_hover}; color: {text}; }}
QToolButton[kind="tool"]:pressed {{ background: {button_pressed}; }}
QToolButton[kind="tool"]:checked {{ background: {button_hover}; }}
QPushButton[kind="link"] {{
    background: transparent; color: {secondary}; font-size: {small}px; padding: 0; border: none; min-height: 20px;
}}
QPushButton[kind="link"]:hover {{ color: {text}; }}
QPushButton[kind="link"]:focus {{ color: {accent}; text-decoration: underline; }}
QPushButton[kind="choice"] {{ padding: 0 4px; min-width: 28px; min-height: 26px; }}
QPushButton[kind="choice"]:checked {{ background: {button_hover}; border: 1px solid {accent}; }}
QPushButton[kind="choice"]:focus, QPushButton[kind="choice"]:checked:focus {{ border: 2px solid {accent}; }}
QPushButton[kind="small"] {{
    font-size: {small}px; padding: 0 8px; min-height: 18px; border-radius: 4px; border: 1px solid {outline};
}}
QPushButton[kind="small"]:checked {{ background: {button_hover}; border: 1px solid {accent}; }}
QPushButton[kind="small"]:focus, QPushButton[kind="small"]:checked:focus {{ border: 2px solid {accent}; }}
QPushButton[kind="danger"] {{ color: {bad_text}; }}
QPushButton[kind="small"]:disabled {{ color: {disabled}; }}
QPushButton[kind="link"]:disabled, QPushButton[kind="danger"]:disabled {{ color: {disabled}; }}
QToolButton[kind="bare"] {{ background: transparent; border: none; padding: 0; border-radius: 4px; }}
QToolButton[kind="bare"]:hover {{ background: {button_hover}; }}
QToolButton[kind="bare"]:focus {{ border: 1px solid {accent}; }}
QToolButton::menu-indicator, QPushButton::menu-indicator {{ image: none; }}

QLineEdit, QAbstractSpinBox, QPlainTextEdit, QComboBox {{
    background: {window}; border: 1px solid {outline}; border-radius: {radius}px; padding: 0 8px;
    min-height: 28px; selection-background-color: {accent}; selection-color: {on_accent};
}}
QLineEdit:focus, QAbstractSpinBox:focus, QPlainTextEdit:focus, QComboBox:focus {{ border: 1px solid {accent}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: none; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {disabled}; }}
QLineEdit[wrong="true"] {{ border: 1px solid {bad}; }}
QLineEdit[flat="true"] {{
    background: transparent; border: 1px solid transparent; padding: 0; min-height: 22px; border-radius: 4px;
}}
QLineEdit[flat="true"]:hover {{ border: 1px solid {line}; }}
QLineEdit[flat="true"]:focus {{ background: {window}; border: 1px solid {accent}; }}
QAbstractSpinBox, QPlainTextEdit, QComboBox {{ color: {text}; }}
QComboBox {{ padding: 0 10px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{chevron}"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{
    background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px; outline: none;
    selection-background-color: {button_hover}; selection-color: {text};
}}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {outline}; border-radius: 3px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: {disabled}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea#sliders {{ border-left: 1px solid {line}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QCheckBox {{ spacing: 8px; min-height: 24px; }}
QCheckBox::indicator, QTreeView::indicator {{
    width: 14px; height: 14px; border: 1px solid {disabled}; border-radius: 3px; background: transparent;
}}
QCheckBox::indicator:hover, QTreeView::indicator:hover {{ border: 1px solid {secondary}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked {{
    background: {accent}; border: 1px solid {accent}; image: url("{check}");
}}
QCheckBox::indicator:focus {{ border: 1px solid {accent}; }}
QCheckBox::indicator:disabled {{ border: 1px solid {line}; }}
QTableView, QTreeView {{ background: transparent; border: none; outline: none; }}
QHeaderView {{ background: {panel}; border: none; }}
QHeaderView::section {{
    background: {panel}; color: {secondary}; border: none; border-bottom: 1px solid {line}; padding: 0 12px;
}}
QHeaderView::section:hover {{ color: {text}; }}
QHeaderView::down-arrow, QHeaderView::up-arrow {{ width: 10px; height: 10px; subcontrol-position: center left; }}

QProgressBar {{ background: {track}; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}
"""


def stylesheet(tokens: Tokens, *, chevron: str, check: str = "") -> str:
    """The sheet of one theme; `chevron` is the file that a combo box shows, `check` that of a ticked box."""
    return _SHEET.format(
        **asdict(tokens),
        radius=RADIUS_PX,
        small=TEXT_SMALL_PX,
        large=TEXT_LARGE_PX,
        title=TEXT_TITLE_PX,
        chevron=chevron,
        check=check,
    )
