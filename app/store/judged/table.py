"""Scores as a table: a row for each model, a column for each score, real pictures' own scores beside them."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from engine.protocol.score_words import ScoreKind, is_main, score_kind
from engine.protocol.scoring import ModelScored
from engine.protocol.values import Better, ScoreDescribed

REAL = "Held-out real pictures"


@dataclass(frozen=True, slots=True)
class Column:
    """A score in words, and what real pictures score: from the least to the most that the models' sizes give."""

    kind: ScoreKind
    real: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of the models."""

    sources: tuple[str, ...]
    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, str], ScoreDescribed]
    """By source and score."""
    reasons: Mapping[tuple[str, str], str]
    """Why a model has no such score, by source and metric."""
    troubles: Mapping[str, str]
    """Why a model could not be measured at all."""

    def cell(self, source: str, score: str) -> ScoreDescribed | None:
        """A model's score."""
        return self.cells.get((source, score))

    def why(self, source: str, score: str) -> str:
        """Why there is none."""
        return self.troubles.get(source) or self.reasons.get((source, score_kind(score).metric), "")

    def best(self, score: str, sources: Iterable[str] | None = None) -> str | None:
        """Who scores best, where one way is better and there are several."""
        better = score_kind(score).better
        values = {
            source: cell.value
            for source in (self.sources if sources is None else sources)
            if (cell := self.cell(source, score)) is not None and math.isfinite(cell.value)
        }
        if len(values) < 2 or better is Better.NEITHER:
            return None
        return (max if better is Better.HIGHER else min)(values, key=lambda source: values[source])

    def is_best(self, source: str, score: str) -> bool:
        """True for who scores best, and for all who score the same."""
        best, own = self.best(score), self.cell(source, score)
        found = None if best is None else self.cell(best, score)
        return found is not None and own is not None and own.value == found.value

    def ordered(self, score: str, *, falling: bool) -> tuple[str, ...]:
        """Models by a score, or by name; those without one last."""
        if not score:
            named = sorted(zip(self.titles, self.sources, strict=True), key=lambda pair: pair[0].lower())
            return tuple(source for _, source in (reversed(named) if falling else named))
        values = {source: self._value(source, score) for source in self.sources}
        there = [source for source in self.sources if math.isfinite(values[source])]
        there.sort(key=lambda source: values[source], reverse=falling)
        return (*there, *(source for source in self.sources if source not in there))

    def _value(self, source: str, score: str) -> float:
        cell = self.cell(source, score)
        return math.nan if cell is None else cell.value


def table_of(
    results: Mapping[str, ModelScored], title: Callable[[str], str], metrics: Iterable[str], *, all_scores: bool = True
) -> Table:
    """The scores of these results that are wanted, the telling ones first."""
    wanted = list(metrics)
    cells = {
        (source, score.name): score
        for source, measured in results.items()
        for score in measured.scores
        if score_kind(score.name).metric in wanted
    }
    names = list(dict.fromkeys(name for _, name in cells))
    names.sort(key=lambda name: (not is_main(name), wanted.index(score_kind(name).metric)))
    if not all_scores:
        names = [name for name in names if is_main(name)]
    return Table(
        sources=tuple(results),
        titles=tuple(title(source) for source in results),
        columns=tuple(Column(score_kind(name), _real(name, cells)) for name in names),
        cells=cells,
        reasons={(source, name): why for source, measured in results.items() for name, why in measured.unavailable},
        troubles={
            source: measured.problem.sentence for source, measured in results.items() if measured.problem is not None
        },
    )


def _real(name: str, cells: Mapping[tuple[str, str], ScoreDescribed]) -> tuple[float, float] | None:
    found = [cell.real for (_, score), cell in cells.items() if score == name and cell.real is not None]
    found = [value for value in found if math.isfinite(value)]
    return (min(found), max(found)) if found else None


# ---------------------------------------------------------------- taking it along


def as_csv(table: Table) -> str:
    """A row for each model and one for real pictures: each score with its error beside it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [column.kind.name for column in table.columns]
    writer.writerow(["model", "source", *(part for name in names for part in (name, f"{name}_stderr"))])
    for title, source in zip(table.titles, table.sources, strict=True):
        cells = [table.cell(source, name) for name in names]
        numbers = [part for cell in cells for part in (("", "") if cell is None else _numbers(cell))]
        writer.writerow([title, source, *numbers])
    if table.sources:
        real = [part for column in table.columns for part in (_middle(column.real), "")]
        writer.writerow([REAL, "", *real])
    return out.getvalue()


def as_json(table: Table, *, data: str, n: int) -> str:
    """All of it, for scripts: what the command line writes of one model, for each."""
    content = {
        "schema": 1,
        "data": data,
        "n": n,
        "models": [
            {
                "name": title,
                "source": source,
                "metrics": {
                    score: {"value": _finite(cell.value), "stderr": _finite(cell.stderr), "n": cell.n,
                            "real": None if cell.real is None else _finite(cell.real)}
                    for (owner, score), cell in table.cells.items() if owner == source
                },
                "unavailable": {metric: why for (owner, metric), why in table.reasons.items() if owner == source},
            }
            for title, source in zip(table.titles, table.sources, strict=True)
        ],
    }  # fmt: skip
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def as_markdown(table: Table) -> str:
    """As it stands in a report: the best of each column in bold."""
    head = ["Model", *(column.kind.label for column in table.columns)]
    lines = [_line(head), _line(["---", *("---:" for _ in table.columns)])]
    for title, source in zip(table.titles, table.sources, strict=True):
        cells = []
        for column in table.columns:
            cell = table.cell(source, column.kind.name)
            text = "" if cell is None else score_text(cell.value) + error_text(cell.stderr, cell.value)
            cells.append(f"**{text}**" if table.is_best(source, column.kind.name) else text)
        lines.append(_line([title, *cells]))
    if table.sources:
        lines.append(_line([REAL, *(real_text(column.real) for column in table.columns)]))
    return "\n".join(lines) + "\n"


def score_text(value: float) -> str:
    """Three digits worth reading: 0.0123, 0.93, 6.31, 42.1."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    digits = _decimals(value)
    text = f"{value:.{digits}f}"
    return text.replace("-", "\u2212") if float(text) else "0"


def error_text(stderr: float, value: float) -> str:
    """± 0.02, in the digits of its value; nothing where nobody knows."""
    if not math.isfinite(stderr):
        return ""
    if stderr == 0.0:
        return " ± 0"
    digits = _decimals(value) if math.isfinite(value) else 3
    text = f"{stderr:.{digits}f}"
    return f" ± {text if float(text) else score_text(stderr)}"


def _decimals(value: float) -> int:
    size = abs(value)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3 if size >= 0.01 else 4


def real_text(real: tuple[float, float] | None) -> str:
    """What real pictures score: one number, or two where sizes differ."""
    if real is None:
        return ""
    low, high = (score_text(value) for value in real)
    return low if low == high else f"{low} – {high}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _numbers(cell: ScoreDescribed) -> tuple[str, str]:
    return tuple("" if not math.isfinite(value) else repr(value) for value in (cell.value, cell.stderr))  # type: ignore[return-value]


def _middle(real: tuple[float, float] | None) -> str:
    return "" if real is None else repr((real[0] + real[1]) / 2)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
