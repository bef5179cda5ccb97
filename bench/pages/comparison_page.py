"""docs/comparison.md: its tables, plots and pictures, from folders of `zscape compare`.

What a command writes stands between two comments, `<!-- NAME -->` and `<!-- /NAME -->`; words around them are written
by hand and stay. Folders may still be at work: runs that are whole count.
"""

from __future__ import annotations

import io
import re
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from bench.figures import ROOT
from bench.pages.comparison_cases import CASES, case_of
from engine.comparing import Compared, results
from engine.disk.files import BadConfig, atomic_write
from engine.machine.facts import machine

PAGE, FOLDER = ROOT / "docs" / "comparison.md", ROOT / "docs" / "comparison"
MISSING, MISSING_TITLE = "missing", "What is not measured yet"
"""The part that lists what is not measured."""
PLOT_BYTES, SHEET_BYTES = 38_000, 50_000
"""A page of five comparisons has to leave room for the others."""
PARTLY = "runs are whole."
QUALITIES = (85, 75, 65, 55, 45, 35)
COLUMNS = (
    "Family", "Weights", "Seeds", "Steps", "Inception", "Of real", "Diversity", "FID", "Class KL", "Best, worst seed",
    "Collapsed",
)  # fmt: skip
DIGITS = {"inception_score": 2, "diversity_score": 3, "fid": 2, "class_kl": 3}
BEST = {
    "inception_score": "inception score", "diversity_score": "diversity", "fid": "FID", "class_kl": "class KL",
}  # fmt: skip


def write(folders: Sequence[Path]) -> list[str]:
    """Take in these comparisons; the names of what was written."""
    taken: dict[str, Compared] = {}
    for folder in folders:
        found = results.found(folder)
        if found is None or not found.scored:
            raise BadConfig("no-comparison", f"“{folder}” holds no comparison with a whole run.")
        name = case_of(found.plan)
        if name in taken:
            raise BadConfig("usage", f"Two of these folders are “{name}”; name one of them.")
        taken[name] = found
    text = PAGE.read_text(encoding="utf-8")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, found in taken.items():
        _keep_files(name, found)
        text = with_part(text, name, part(name, found))
    text = with_part(text, MISSING, missing(text))
    atomic_write(PAGE, text)
    return list(taken)


def with_part(text: str, name: str, told: str) -> str:
    """A page with what stands between the marks of that name; a new section comes before what is missing."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = f"{begin}\n{told}\n{end}"
    if begin in text:
        return re.sub(rf"{re.escape(begin)}.*?{re.escape(end)}", lambda _: whole, text, count=1, flags=re.S)
    title = CASES[name].title if name in CASES else name
    section = f"## {title}\n\n{whole}\n\n"
    place = text.find(f"## {MISSING_TITLE}\n")
    return text + f"\n{section.rstrip()}\n" if place < 0 else text[:place] + section + text[place:]


def missing(text: str) -> str:
    """Commands for the comparisons that the page does not hold."""
    left = {name: case for name, case in CASES.items() if not _is_whole(text, name)}
    if not left:
        return "Nothing: every comparison that was meant stands above."
    commands = [_broken(" ".join(["zscape", *case.words_of("DIR")])) for case in left.values()]
    names = "; ".join(case.title for case in left.values())
    words = _wrapped(f"{names}. Each is one command, which goes on where it was stopped:")
    return f"{words}\n\n```\n" + "\n".join(commands) + "\n```"


def _is_whole(text: str, name: str) -> bool:
    """Whether the page holds a comparison as long, as often and as complete as it was meant."""
    _, _, rest = text.partition(f"<!-- {name} -->")
    block = " ".join(rest.partition(f"<!-- /{name} -->")[0].split())
    return _learned(CASES[name].seconds, CASES[name].seeds) in block and PARTLY not in block


def _learned(seconds: float, seeds: int) -> str:
    return f"Each learned {'once' if seeds == 1 else f'{seeds} times'} for {seconds:.0f} processor seconds"


def part(name: str, found: Compared) -> str:
    """Markdown of one comparison: what it is, plots, a table, who leads, pictures."""
    told, plan = results.summary(found), found.plan
    facts = machine()
    whole = len({(each.family, each.seed) for each in found.scored})
    runs = "" if whole == len(plan.cells) else f" So far {whole} of {len(plan.cells)} {PARTLY}"
    words = f"{CASES[name].words} " if name in CASES else ""
    head = (
        f"{words}{_learned(plan.seconds, plan.seeds)}; [every number](comparison/{name}.csv). Written "
        f"{time.strftime('%Y-%m-%d')} on {facts['cpu']}, torch {facts['torch']}, one thread each.{runs}"
    )
    return "\n\n".join([
        _wrapped(head),
        f"![Scores over time: the mean of the seeds, and from the least to the most](comparison/{name}.webp)",
        _table(told),
        _wrapped(" ".join(part for part in (_spread_words(told), _error_words(found), leads(found)) if part)),
        f"![The same sixteen points of each at four times, seed {_sheet_seed(found)}](comparison/{name}-pictures.webp)",
    ])  # fmt: skip


def _spread_words(told: Mapping[str, Any]) -> str:
    is_often = any(len(each["steps"]) > 1 for each in told["families"])
    return "± is the standard deviation over seeds." if is_often else ""


def _error_words(found: Compared) -> str:
    error = _errors(found).get("inception_score")
    if error is None:
        return ""
    return f"An inception score of {found.plan.pictures} pictures is itself uncertain by {_plain(error, 2)}."


def _errors(found: Compared) -> dict[str, float]:
    """The largest standard error of each score at the last moment: so many pictures tell no more."""
    errors: dict[str, float] = {}
    for each in found.scored:
        if each.moment == found.plan.moments[-1]:
            for metric, at in each.metrics.items():
                errors[metric] = max(errors.get(metric, 0.0), float(at.get("stderr") or 0.0))
    return {metric: error for metric, error in errors.items() if error}


def leads(found: Compared) -> str:
    """Who is best by each score, and whether the next is farther away than seeds, or errors, are from one another."""
    words, errors = [], _errors(found)
    families = results.summary(found)["families"]
    for metric, title in BEST.items():
        having = [each for each in families if metric in each["final"]]
        sign = 1.0 if metric in results.LOWER else -1.0
        ranked = sorted(having, key=lambda each: sign * each["final"][metric]["mean"])
        if len(ranked) < 2:
            continue
        first, second = (each["final"][metric] for each in ranked[:2])
        unsure = [errors.get(metric, 0.0), *(each["spread"] or 0.0 for each in (first, second))]
        near = "hardly told from" if abs(first["mean"] - second["mean"]) < max(unsure) else "before"
        words.append(f"by {title} `{ranked[0]['family']}`, {near} `{ranked[1]['family']}`")
    return f"Best {'; '.join(words)}." if words else ""


def _table(told: Mapping[str, Any]) -> str:
    real = told["real"]
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(_row(each, real) for each in told["families"] if each["steps"])]
    base = [_plain(real[metric], digits) if metric in real else "–" for metric, digits in DIGITS.items()]
    lines.append(("Real pictures, held out", "", "", "", base[0], "1", *base[1:], "", ""))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _row(each: Mapping[str, Any], real: Mapping[str, float]) -> tuple[str, ...]:
    final = each["final"]
    values = [_spread(final.get(metric), digits) for metric, digits in DIGITS.items()]
    share, score = "–", "inception_score"
    if score in final and real.get(score):
        share = _plain(final[score]["mean"] / real[score], 2)
    steps = [int(count) for count in each["steps"].values()]
    seeds = str(each["best_seed"]) if len(steps) == 1 else f"{each['best_seed']}, {each['worst_seed']}"
    if len(steps) > 1 and score in final:
        seeds += f" ({final[score]['most']:.2f}, {final[score]['least']:.2f})"
    fallen = str(each["collapses"]) + (f", {len(each['not_begun'])} not begun" if each["not_begun"] else "")
    return (
        _name(each), _thousands(each["parameters"]), str(len(steps)), _between(steps), values[0], share, *values[1:],
        seeds, fallen,
    )  # fmt: skip


def _name(each: Mapping[str, Any]) -> str:
    label, family = each["label"], each["family"]
    return label if label.lower() == family else f"{label} (`{family}`)"


def _spread(found: Mapping[str, Any] | None, digits: int) -> str:
    if not found:
        return "–"
    off = "" if found["spread"] is None else f" ± {_plain(found['spread'], digits)}"
    return f"{_plain(found['mean'], digits)}{off}"


def _plain(value: float, digits: int) -> str:
    """Without the nought before the point, as this page writes shares."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.{digits}f}")


def _between(steps: Sequence[int]) -> str:
    least, most = min(steps), max(steps)
    return _thousands(least) if least == most else f"{_thousands(least)} to {_thousands(most)}"


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")


# ---------------------------------------------------------------- files


def _keep_files(name: str, found: Compared) -> None:
    atomic_write(FOLDER / f"{name}.csv", results.as_csv(found))
    atomic_write(FOLDER / f"{name}.webp", small(results.plot(found, "cpu_seconds"), PLOT_BYTES))
    moments = found.plan.moments
    four = tuple(dict.fromkeys(moments[max(0, len(moments) // parts - 1)] for parts in (8, 4, 2, 1)))
    shown = replace(found, plan=replace(found.plan, moments=four))
    atomic_write(FOLDER / f"{name}-pictures.webp", small(results.sheet(shown, _sheet_seed(found)), SHEET_BYTES))


def _sheet_seed(found: Compared) -> int:
    """The first seed of which most families have pictures."""
    seeds = [each.seed for each in found.scored]
    return max(dict.fromkeys(seeds), key=seeds.count)


def small(png: bytes, limit: int) -> bytes:
    """A picture as WebP of so many bytes at most: without loss where that fits, else as good as it may be."""
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        picture = opened.convert("RGB")
    content = _webp(picture, lossless=True)
    while len(content) > limit:
        for quality in QUALITIES:
            content = _webp(picture, quality=quality)
            if len(content) <= limit:
                return content
        picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    return content


def _webp(picture: Image.Image, **how: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, "WEBP", **how)
    return content.getvalue()


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 120, break_long_words=False, break_on_hyphens=False))


def _broken(command: str) -> str:
    """A command on lines that fit, each option with its value."""
    held = re.sub(r"(--\S+) ", "\\1\0", command)
    lines = textwrap.wrap(held, 116, subsequent_indent="  ", break_on_hyphens=False)
    return " \\\n".join(lines).replace("\0", " ")
