"""An engine without torch: the same messages, pictures that are a pure function of the recipe."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import numpy as np

from engine.protocol.answers import (
    ConfigChecked,
    DatasetsListed,
    Encoded,
    Evaluated,
    Evaluating,
    Event,
    Exported,
    Failed,
    FamiliesListed,
    Finished,
    FolderSeen,
    MakeablesListed,
    ModelOpened,
    MomentKept,
    PictureKept,
    Progressed,
    Ready,
    RecipeRead,
    Rendered,
    Sampled,
    SetMade,
    SetPreviewed,
    SetProgressed,
    Stopped,
    TrainingStarted,
    answering,
)
from engine.protocol.beside import SampleBeside, SampledBeside
from engine.protocol.directions import (
    Candidate,
    Change,
    DirectionsChanged,
    DirectionsLearned,
    ExportDirection,
    HoldStill,
    ImportDirection,
    KeepDirection,
    LearnDirections,
    LearnedBy,
    Matrix,
    MeasureSliders,
    RemoveDirection,
    RestoreDirection,
    SetRange,
    SlidersMeasured,
)
from engine.protocol.library import Shelving
from engine.protocol.made import (
    AddedUp,
    EffectsMeasured,
    ExemplarsFound,
    StepsFollowed,
    WalkMeasured,
    WalkPlanned,
)
from engine.protocol.pixels import BitsMeasured, PixelTold
from engine.protocol.requests import (
    AddUp,
    Cancel,
    CancelRender,
    CheckConfig,
    Command,
    Encode,
    Evaluate,
    ExportGrid,
    ExportPicture,
    ExportWalk,
    FindExemplars,
    FollowSteps,
    KeepMoment,
    KeepPicture,
    ListDatasets,
    ListFamilies,
    ListMakeables,
    LookAtFolder,
    MakeSet,
    MeasureBits,
    MeasureEffects,
    OpenModel,
    PauseTraining,
    PlanWalk,
    PreviewSet,
    ReadRecipe,
    Render,
    Request,
    Shutdown,
    StopTraining,
    TakeAxes,
    TellPixel,
    Train,
)
from engine.protocol.scoring import (
    AllMeasured,
    CodesScattered,
    FindNearest,
    FindNeighbours,
    ListModels,
    MarkBest,
    Measure,
    ModelListed,
    ModelScored,
    ModelsListed,
    NearestFound,
    NeighboursFound,
    Pair,
    SampleSheet,
    ScatterCodes,
    SheetSampled,
)
from engine.protocol.sums import Sign, Term
from engine.protocol.values import (
    CANVAS,
    AxisDescribed,
    Capability,
    Condition,
    Cost,
    DatasetDescribed,
    DirectionDescribed,
    FamilyDescribed,
    Field,
    Image,
    MakeableDescribed,
    ModelDescribed,
    PairDescribed,
    Preset,
    Problem,
    Recipe,
    ScoreDescribed,
    Stop,
    View,
)
from engine.protocol.walks import Measured, Way
from tests.app.fake_shelf import FakeShelf


def _direction(name: str, label: str, low_word: str = "", high_word: str = "") -> DirectionDescribed:
    return DirectionDescribed(name=name, label=label, low=-3.0, high=3.0, low_word=low_word, high_word=high_word)


FACES = ModelDescribed(
    fingerprint="f" * 64,
    name="faces",
    path="resources/models/faces.zscape",
    family="vae",
    family_label="VAE",
    capabilities=(Capability.DECODE, Capability.ENCODE, Capability.LIKELIHOOD),
    channels=3,
    size=64,
    latent=64,
    directions=(
        _direction("smile", "Smile", "stern", "laughing"),
        _direction("glasses", "Glasses", "none", "thick"),
        _direction("yaw", "Turn", "left", "right"),
        _direction("beard", "Beard"),
        _direction("age", "Age", "young", "old"),
        _direction("skin", "Skin"),
        _direction("light", "Light"),
    ),
    axes=tuple(AxisDescribed(index=k, label="", sigma=2.0 / (k + 1), share=0.3 / (k + 1)) for k in range(12)),
    card=(("first_seed", "1234"), ("data", "faces")),
)
GLYPHS = ModelDescribed(
    fingerprint="9" * 64,
    name="glyphs",
    path="resources/models/glyphs.zscape",
    family="pixelcnn",
    family_label="PixelCNN",
    capabilities=(Capability.LIKELIHOOD, Capability.PROGRESSIVE, Capability.CONDITION),
    channels=1,
    size=16,
    latent=0,
    conditions=(Condition(name="class", label="Digit", choices=tuple("0123456789")),),
)
PIXELS = replace(
    GLYPHS,
    fingerprint="7" * 64,
    name="pixels",
    path="resources/models/pixels.zscape",
    capabilities=(*GLYPHS.capabilities, Capability.PIXELWISE, Capability.COMPLETE),
    order=tuple(range(16 * 16)),
)
"""It completes what is given, and tells of single pixels."""
LIVE = replace(FACES, fingerprint="live-1", name="cats", path="run-1", live=True, can_begin=True)
"""A run that learns, explored while it does."""
VAE = FamilyDescribed(
    name="vae",
    label="VAE",
    summary="Learns to encode and decode.",
    capabilities=FACES.capabilities,
    presets=(Preset(name="quick", label="Quick", data="bundled:faces", config=(("latent", 16),), note="1 minute"),),
    fields=(
        Field(name="latent", kind="int", default=32, low=1, high=4096, label="Latent size"),
        Field(name="rate", kind="float", default=1e-3, low=1e-7, high=1.0, label="Learning rate"),
        Field(name="decoder", kind="choice", default="gaussian", choices=("gaussian", "bernoulli"), label="Decoder"),
    ),
)
DATASETS = (
    DatasetDescribed(name="bundled:faces", label="Rendered faces", images=4000, size=64, channels=3),
    DatasetDescribed(
        name="bundled:glyphs", label="Glyphs", images=2000, size=16, channels=1, classes=tuple("0123456789")
    ),
)


def _listed(source: str, name: str, family: str, data: str, **more: Any) -> ModelListed:
    return ModelListed(
        source=source, name=name, family=family, family_label=family.upper(), data=data, size=64, channels=3, **more
    )


LISTED = (
    _listed("faces", "Faces", "vae", "bundled:faces"),
    _listed("faces-dcgan", "Faces, DCGAN", "dcgan", "faces"),
    _listed("glyphs", "Glyphs", "pixelcnn", "bundled:glyphs"),
    _listed("/runs/cats", "cats", "vae", "/pictures/cats", step=800, seconds=80.0, cpu_seconds=160.0),
    *(
        _listed(
            f"/runs/cats/snapshots/{step}.safetensors", f"step {step}", "vae", "/pictures/cats", run="/runs/cats",
            step=step, seconds=step / 10, cpu_seconds=step / 5,
        )
        for step in (100, 200, 400)
    ),
)  # fmt: skip
"""Two bundled models of one data set, one of another, and a run with its snapshots."""


def scored(source: str) -> tuple[ScoreDescribed, ...]:
    """Scores that depend on the model alone: the longer its name, the worse."""
    worse = float(len(source))
    return (
        ScoreDescribed(name="fid", value=worse / 10, stderr=0.05, n=500, real=0.9),
        ScoreDescribed(name="precision", value=1.0 - worse / 200, stderr=0.01, n=500, real=0.95),
        ScoreDescribed(name="sharpness", value=0.3, stderr=float("nan"), n=500, real=0.33),
        ScoreDescribed(name="spectrum.2px", value=0.9, stderr=0.02, n=500, real=1.0),
    )


def _count(default: int) -> Field:
    return Field(name="count", kind="int", default=default, low=1, high=1_000_000, label="How many")


_SIZE = Field(name="size", kind="int", default=64, low=16, high=512, label="Size, px")
_SEED = Field(name="seed", kind="int", default=0, low=0, high=2**32 - 1, label="Seed")
_TILE = np.zeros((8, 8, 3), np.uint8)
MAKEABLES = (
    MakeableDescribed(
        name="faces", label="Faces", note="Rendered heads", fields=(_count(200), _SIZE, _SEED),
        cost=Cost(seconds=0.1, seconds_power=1.0, bytes=8000, bytes_power=2.0), thumbnail=_TILE,
        attributes=(
            Field(name="smile", kind="float", default=0.0, low=-1.0, high=1.0, label="Smile", choices=("sad", "merry")),
            Field(name="glasses", kind="choice", default="none", choices=("none", "round", "sun"), label="Glasses"),
        ),
        pairs=(
            PairDescribed(name="sketch", label="Sketch and face", note="Pencil lines, and the face", traced=1),
            PairDescribed(name="low-resolution", label="Low and full resolution", note="Blocks", traced=1),
            PairDescribed(name="evening", label="Day and evening", note="Twice", traced=2),
        ),
    ),
    MakeableDescribed(
        name="glyphs", label="Glyphs", note="Digits", fields=(_count(1000), _SEED), thumbnail=_TILE,
        cost=Cost(seconds=0.001, seconds_power=0, bytes=400, bytes_power=0),
    ),
    *(
        MakeableDescribed(
            name=name, label=label, note="Points", fields=(_count(2000), _SIZE, _SEED), dimensions=dimensions,
            cost=Cost(seconds=1e-5, seconds_power=0, bytes=50, bytes_power=0), thumbnail=_TILE,
        )
        for name, label, dimensions in (("mixture-1d", "Three hills", 1), ("ring", "Ring", 2))
    ),
)  # fmt: skip


@lru_cache(maxsize=2048)
def scattered(model: str = FACES.fingerprint) -> CodesScattered:
    """Codes of three classes, the third further out, in a space of four numbers."""
    random = np.random.default_rng(0)
    labels = tuple(k % 3 for k in range(90))
    codes = random.normal(size=(90, 4)).astype(np.float32)
    codes[np.array(labels) == 2, 1] += 5.0
    widest = np.array([[0.0, 1.0, 0.0, 0.0], [0.6, 0.0, 0.8, 0.0]], np.float32)
    return CodesScattered(
        model=model, codes=codes, labels=labels, classes=("cat", "dog", "<newt>"), is_prior=True,
        is_drawn_from=True, widest=widest,
        drawn=random.normal(size=(400, 4)).astype(np.float32), least_spread=0.9, most_spread=2.5, off=1.6,
    )  # fmt: skip


def drawn(recipe: Recipe, size: int = 64, channels: int = 3) -> Image:
    """A face-like picture that depends on every part of the recipe."""
    digest = hashlib.sha256(json.dumps(asdict(recipe), sort_keys=True).encode()).digest()
    rng = np.random.default_rng(list(digest[:16]))
    seeded = np.random.default_rng(recipe.seed)
    back, skin = seeded.integers(60, 200, 3), seeded.integers(80, 220, 3)
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    moves = dict(recipe.directions)
    head = (x - 0.1 * moves.get("yaw", 0.0)) ** 2 / 0.36 + y**2 / 0.56 < 1
    image = np.where(head[..., None], skin, back).astype(np.float64)
    mouth = np.abs(y - 0.35 + (0.2 * x**2 - 0.05) * moves.get("smile", 0.0)) < 0.04
    image[mouth & (np.abs(x) < 0.3)] = (150, 40, 50)
    for side in (-0.25, 0.25):
        image[(x - side) ** 2 + (y + 0.15) ** 2 < 0.008] = (30, 30, 30)
    image += rng.integers(0, 6, 3)
    if channels == 1:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    pixels: Image = np.ascontiguousarray(image.clip(0, 255).astype(np.uint8))
    pixels.setflags(write=False)
    return pixels


def followed(recipe: Recipe, steps: int = 4) -> StepsFollowed:
    """A way of so many steps that depends on the seed."""
    return StepsFollowed(
        model=recipe.model, recipe=recipe, scores=tuple(recipe.seed + float(t) for t in range(steps + 1)),
        slopes=tuple(5.0 - t for t in range(steps + 1)), gains=(32.0, *(1.0 + t for t in range(steps))),
        changes=tuple(np.full((8, 8, 3), 128 + 8 * t, np.uint8) for t in range(steps + 1)), first_ms=2.0, last_ms=30.0,
    )  # fmt: skip


class FakeClient:
    """`app.store.client.Client` without a thread. Answers go to `listener`, at once or when `answer` is called."""

    def __init__(self, models: tuple[ModelDescribed, ...] = (FACES, GLYPHS)) -> None:
        self.models = {model.name: model for model in models} | {model.path: model for model in models}
        self.recipes: dict[str, RecipeRead] = {}
        self.listener: Callable[[Event], None] = lambda event: None
        self.objections: Callable[[dict[str, object]], str] = lambda config: ""
        """What keeps settings from being used; it is said of the picture size."""
        self.folders: dict[str, DatasetDescribed] = {}
        """What is in a person's folders; one that is not installed is refused with its note."""
        self.kept: dict[str, Image] = {}
        """Pictures that recipes start from, by name."""
        self.drawing: MakeSet | None = None
        self.shelf = FakeShelf()
        self.held = False
        self.effects: tuple[float, ...] = ()
        """What coordinates do; empty: the first one the most."""
        self.sent: list[Command] = []
        self.renders: list[Render] = []
        self.cancelled: list[View] = []
        self.open: ModelDescribed | None = None
        self.training: Train | None = None
        self.measured: set[tuple[str, str, int]] = set()
        """What is known by model, data and count."""
        self._waiting: deque[Command] = deque()
        self._busy = False
        self._ticket = 0

    # the Client interface

    def render(self, view: View, recipe: Recipe, progressive: bool = False) -> int:
        command = Render(view=view, ticket=self.next_ticket(), recipe=recipe, progressive=progressive)
        self.renders.append(command)
        self._waiting = deque(c for c in self._waiting if not (isinstance(c, Render) and c.view == view))
        self._take(command)
        return command.ticket

    def cancel(self, view: View) -> None:
        self.cancelled.append(view)
        self._take(CancelRender(view=view))

    def next_ticket(self) -> int:
        self._ticket += 1
        return self._ticket

    def send(self, command: Command) -> int:
        if isinstance(command, get_args(Request)) and not command.ticket:
            command = replace(command, ticket=self.next_ticket())
        self.sent.append(command)
        self._take(command)
        return getattr(command, "ticket", 0)

    def stop(self, deadline_s: float = 5.0) -> bool:
        self.send(Shutdown())
        self.answer()
        return True

    # what tests do

    def say(self, event: Event) -> None:
        """Let the engine tell something unasked."""
        assert threading.current_thread() is threading.main_thread()
        self.listener(event)

    def last(self, kind: type) -> Any:
        """The request of one kind that was sent last."""
        return self.sent_of(kind)[-1]

    def say_to(self, kind: type, event: Event) -> None:
        """Let the engine answer the last request of one kind."""
        self._say(self.last(kind), event)

    def refuse(self, kind: type, problem: Problem) -> None:
        """Let the last request of one kind fail."""
        self.say(Failed(command=self.last(kind), problem=problem, ticket=self.last(kind).ticket))

    def answer(self, limit: int = 100_000) -> None:
        """Answer what waits, in order; commands that come meanwhile too."""
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting and limit:
                limit -= 1
                self._answer_one(self._waiting.popleft())
        finally:
            self._busy = False

    def rendered(self, view: View = CANVAS) -> list[Recipe]:
        """The recipes that were asked for, for one view."""
        return [render.recipe for render in self.renders if render.view == view]

    def rendered_in(self, panel: str) -> list[Recipe]:
        """The recipes that were asked for, for all views of a panel."""
        return [render.recipe for render in self.renders if render.view.panel == panel]

    def sent_of(self, kind: type) -> list[Command]:
        """The commands of one kind that were sent."""
        return [command for command in self.sent if isinstance(command, kind)]

    def take_steps(self, count: int = 1, *, run: str = "run-1") -> None:
        """Let the training that goes on report some steps."""
        for step in range(1, count + 1):
            losses = (("loss", 1.0 / step), ("kl", 0.1 * step))
            self.say(
                Progressed(
                    run=run,
                    step=step,
                    steps=count * 2,
                    images=step * 64,
                    images_per_s=640.0,
                    losses=losses,
                    eta_s=90.0,
                    health="Learning well",
                )
            )
        grid = tuple(drawn(Recipe(model=FACES.fingerprint, seed=k)) for k in range(16))
        self.say(Sampled(run=run, step=count, images=count * 64, grid=grid))

    # the engine

    def _take(self, command: Command) -> None:
        self._waiting.append(command)
        if not self.held:
            self.answer()

    def _fail(self, command: Request, code: str, sentence: str, path: str = "") -> None:
        problem = Problem(code=code, sentence=sentence, path=path, details=f"Traceback\n{code}: {sentence}")
        self.say(Failed(command=command, problem=problem, ticket=command.ticket))

    def _say(self, command: Request, event: Event) -> None:
        """The answer to a request."""
        self.say(answering(event, command.ticket))

    def _answer_one(self, command: Command) -> None:
        if isinstance(command, Shelving):
            for event in self.shelf.answer(command):
                self._say(command, event)
            return
        match command:
            case SampleBeside():
                self._sample_beside(command)
            case OpenModel():
                model = self.models.get(command.source)
                if model is None:
                    name = Path(command.source).name
                    self._fail(command, "missing", f"“{name}” does not exist.", command.source)
                else:
                    self.open = model
                    self._say(command, ModelOpened(source=command.source, model=model))
            case Render():
                self._render(command)
            case ReadRecipe():
                read = self.recipes.get(command.path.name)
                if read is None:
                    self._fail(command, "no-recipe", f"“{command.path.name}” carries no recipe.", str(command.path))
                else:
                    self._say(command, read)
            case KeepPicture():
                self._keep(command)
            case MeasureBits():
                height, width = command.pixels.shape[:2]
                bits = np.linspace(0.0, 4.0, height * width, dtype=np.float32).reshape(height, width)
                self._say(command, BitsMeasured(model=self._open_name(), bits=bits, bits_per_dim=float(bits.mean())))
            case TellPixel():
                self._tell_pixel(command)
            case Encode():
                assert self.open is not None
                point = tuple(0.5 for _ in range(self.open.latent))
                self._say(
                    command,
                    Encoded(
                        path=str(command.path), model=self.open.fingerprint, point=point, distance=0.1, percentile=60.0
                    ),
                )
            case MeasureEffects():
                assert self.open is not None
                effects = self.effects or tuple(0.05 - 0.02 * k / self.open.latent for k in range(self.open.latent))
                for known in (len(effects) // 2, len(effects)):
                    told = EffectsMeasured(model=self.open.fingerprint, effects=effects[:known], of=len(effects))
                    self._say(command, told)
            case AddUp():
                self._add_up(command)
            case KeepDirection():
                assert self.open is not None
                made = _direction(f"own:{command.label}", command.label)
                self.open = replace(self.open, directions=(*self.open.directions, made))
                self._say(command, DirectionsChanged(model=self.open, label=command.label))
            case LearnDirections():
                self._learn(command)
            case MeasureSliders():
                self._measure(command)
            case HoldStill():
                assert self.open is not None
                move = (0.1,) * self.open.latent
                pair = tuple(Candidate(label=label, move=move, made="held") for label in ("As it is", "Held"))
                self._say(command, DirectionsLearned(model=self.open.fingerprint, candidates=pair))
            case RemoveDirection() | RestoreDirection():
                self._bin(command)
            case SetRange():
                assert self.open is not None
                ranged = [
                    replace(one, low=command.low, high=command.high) if one.name == command.name else one
                    for one in self.open.directions
                ]
                self.open = replace(self.open, directions=tuple(ranged))
                self._say(command, DirectionsChanged(model=self.open, label=command.name.removeprefix("own:")))
            case ImportDirection():
                assert self.open is not None
                self.open = replace(self.open, directions=(*self.open.directions, _direction("own:Read", "Read")))
                self._say(command, DirectionsChanged(model=self.open, label="Read"))
            case ExportDirection():
                command.path.write_text("direction")
                self._say(command, Exported(path=str(command.path)))
            case FindExemplars():
                self._find(command)
            case PlanWalk():
                self._plan(command)
            case FollowSteps():
                self._say(command, followed(command.recipe))
            case ExportPicture() | ExportGrid() | ExportWalk():
                command.path.parent.mkdir(parents=True, exist_ok=True)
                command.path.write_bytes(b"picture")
                self._say(command, Exported(path=str(command.path)))
            case ListFamilies():
                self._say(command, FamiliesListed(families=(VAE,)))
            case ListDatasets():
                self._say(command, DatasetsListed(datasets=DATASETS))
            case Train():
                self.training = command
                self._say(
                    command,
                    TrainingStarted(run="run-1", name=command.name, family=command.family, images_planned=10_000),
                )
            case LookAtFolder():
                data = self.folders.get(str(command.path)) or DatasetDescribed(
                    name=str(command.path), label=command.path.name, images=900, size=64, channels=3
                )
                if data.installed:
                    self.say(FolderSeen(data=data, ticket=command.ticket))
                else:
                    self._fail(command, "no-pictures", data.note, data.name)
            case CheckConfig():
                sentence = self.objections(dict(command.config))
                self.say(ConfigChecked(ticket=command.ticket, sentence=sentence, field="size" if sentence else ""))
            case StopTraining():
                if self.training is not None:
                    self.training = None
                    self._finish()
            case ListMakeables():
                self._say(command, MakeablesListed(makeables=MAKEABLES))
            case PreviewSet():
                images = (drawn(Recipe(model="preview", seed=command.order.seed), 32),) * 8
                self.say(SetPreviewed(ticket=command.ticket, images=images, of=8, columns=4, stacked=1, final=True))
            case MakeSet():
                self.drawing = command
                self._say(
                    command,
                    SetProgressed(out=str(command.out), what=command.what, done=1, of=command.count, eta_s=90.0),
                )
            case Cancel():
                if self.drawing is not None and self.drawing.ticket == command.ticket:
                    self.finish_drawing(Stop.STOPPED)
            case Shutdown():
                self.say(Stopped(clean=True))
            case Evaluate():
                self._say(command, Evaluated(model="", scores=(), unavailable=()))
            case ListModels():
                self._say(command, ModelsListed(models=(*LISTED, *(_listed(f, f, "vae", "") for f in command.files))))
            case Measure():
                self._score(command)
            case SampleSheet():
                images = tuple(drawn(Recipe(model=command.source, seed=seed)) for seed in range(command.count))
                self._say(command, SheetSampled(source=command.source, images=images))
            case MarkBest():
                pass
            case FindNeighbours():
                pairs = tuple(
                    Pair(
                        image=drawn(Recipe(model="m", seed=seed)), neighbour=drawn(Recipe(model="t", seed=seed)),
                        distance=seed / 100, percentile=float(seed), seed=seed,
                    )
                    for seed in range(command.shown)
                )  # fmt: skip
                self._say(
                    command,
                    NeighboursFound(
                        source=command.source, space=command.space, near=pairs, middle=pairs, far=pairs[::-1],
                        copies=0.9 if "cats" in command.source else 0.05, copies_real=0.05, n=command.n,
                    ),
                )  # fmt: skip
            case FindNearest():
                self._say(
                    command,
                    NearestFound(
                        model=command.recipe.model, recipe=command.recipe, space=command.space,
                        neighbours=tuple(drawn(Recipe(model="t", seed=seed)) for seed in range(command.count)),
                        distances=(0.1, 0.2, 0.3)[: command.count], percentile=float(command.recipe.seed % 100),
                    ),
                )  # fmt: skip
            case ScatterCodes():
                self._say(command, scattered())
            case KeepMoment():
                self._say(command, MomentKept(model=LIVE.fingerprint, path="run-1/kept", fingerprint="kept"))
            case CancelRender() | PauseTraining() | TakeAxes():
                pass

    def _score(self, command: Measure) -> None:
        fresh = 0
        for source in command.sources:
            known = (source, command.data, command.n) in self.measured
            if known or not command.kept_only:
                fresh += not known
                self.measured.add((source, command.data, command.n))
                why = (("inception_score", "the pictures have no classes"),)
                other = tuple((name, "not here") for name in command.metrics if name != "inception_score")
                self._say(
                    command,
                    ModelScored(
                        source=source, data=command.data, n=command.n, fingerprint=source, scores=scored(source),
                        unavailable=(*why, *other),
                    ),
                )  # fmt: skip
        self._say(command, AllMeasured(fresh=fresh))

    def _sample_beside(self, command: SampleBeside) -> None:
        model = self.models.get(command.source)
        if model is None:
            self._fail(command, "missing", f"“{Path(command.source).name}” does not exist.", command.source)
            return
        image = None if command.recipe is None else drawn(command.recipe, model.size, model.channels)
        told = SampledBeside(source=command.source, model=model, recipe=command.recipe, image=image)
        self._say(command, told)

    def _add_up(self, command: AddUp) -> None:
        """A place is its seed; averages and sums are numbers in the first coordinate."""
        assert self.open is not None
        model = self.open.fingerprint

        def mean(term: Term) -> float | None:
            if not term.places:
                return None
            return sum(place.point[0] if place.point else place.seed for place in term.places) / len(term.places)

        total, means = command.total, [mean(term) for term in command.total.terms]
        step = sum(
            (number or 0.0) * (1 if term.sign is Sign.PLUS else -1)
            for index, (term, number) in enumerate(zip(total.terms, means, strict=True))
            if index != total.base
        )
        base = means[total.base] if total.base >= 0 else None
        self._say(
            command,
            AddedUp(
                model=model,
                means=tuple(None if each is None else Recipe(model=model, point=(each,)) for each in means),
                base=() if base is None else (base,),
                step=(step,),
                noises=tuple((k / 10,) for k in range(8)),
                about=("Smile",) if total.holds and step else (),
            ),
        )

    def _measure(self, command: MeasureSliders) -> None:
        assert self.open is not None
        names = tuple(one.name for one in self.open.directions)
        rows = tuple(tuple(1.0 if a == b else 0.3 if a == "age" else 0.0 for a in names) for b in names)
        matrix = None if command.only_kept else Matrix(sliders=names, attributes=names, rows=rows, places=8)
        self._say(command, SlidersMeasured(model=self.open.fingerprint, matrix=matrix))

    def _learn(self, command: LearnDirections) -> None:
        assert self.open is not None
        self.say(Evaluating(what="Encoding labelled pictures", done=50, of=100, ticket=command.ticket))
        count = 3 if command.lesson.by in (LearnedBy.AXES, LearnedBy.LAYER) else 1
        found = tuple(
            Candidate(
                label=command.lesson.to or f"Factor {k + 1}", move=(0.1 * (k + 1),) * self.open.latent, low=-2.0,
                high=2.0, made="from here to there", score=0.97, score_words="97 % are told apart",
                lesson=command.lesson if command.lesson.to else None,
            )
            for k in range(count)
        )  # fmt: skip
        self._say(command, DirectionsLearned(model=self.open.fingerprint, candidates=found))

    def _bin(self, command: RemoveDirection | RestoreDirection) -> None:
        assert self.open is not None
        label, change = command.name.removeprefix("own:"), Change.REMOVED
        kept = tuple(one for one in self.open.directions if one.name != command.name)
        if isinstance(command, RestoreDirection):
            kept, change = (*kept, _direction(command.name, label)), Change.RESTORED
        self.open = replace(self.open, directions=kept)
        self._say(command, DirectionsChanged(model=self.open, label=label, change=change))

    def _find(self, command: FindExemplars) -> None:
        assert self.open is not None
        if "nonsense" in command.text:
            self._fail(command, "unknown-words", "“nonsense” names nothing these pictures are labelled with.")
            return
        start = 10 * len(command.text)
        places = tuple(Recipe(model=self.open.fingerprint, seed=start + k) for k in range(4))
        self._say(command, ExemplarsFound(model=self.open.fingerprint, places=places, words=command.text))

    def _plan(self, command: PlanWalk) -> None:
        """Frames that have the seeds 0, 1, 2 …; a way's speeds rise with its place in the list of ways."""
        assert self.open is not None
        model = self.open.fingerprint
        frames = tuple(Recipe(model=model, seed=seed) for seed in range(command.frames))
        self._say(command, WalkPlanned(model=model, frames=frames, reached=command.walk.starts))
        for way in (command.walk.way, *(way for way in Way if way is not command.walk.way and command.compare)):
            peak = 1.0 if way is Way.EVEN else 2.0 + list(Way).index(way)
            look = Measured(way=way, seconds=(0.5, 1.5, 2.5), speeds=(1.0, peak, 1.0), norms=(8.0, 7.0, 8.0))
            self._say(command, WalkMeasured(model=model, measured=look))

    def finish_drawing(self, reason: Stop = Stop.COMPLETED, seconds: float = 9.0) -> None:
        """The set that is being drawn is there."""
        order, self.drawing = self.drawing, None
        if order is None:
            return
        count = order.count if reason is Stop.COMPLETED else 1
        dimensions = next((entry.dimensions for entry in MAKEABLES if entry.name == order.what), 0)
        self._say(
            order,
            SetMade(
                out=str(order.out), what=order.what, count=count, asked=order.count, size=order.size, seconds=seconds,
                reason=reason, pair=order.pair, dimensions=dimensions,
            ),
        )  # fmt: skip

    def _finish(self) -> None:
        self.say(
            Finished(
                run="run-1",
                reason=Stop.STOPPED,
                step=7,
                images=448,
                path=FACES.path,
                fingerprint=FACES.fingerprint,
                sha256_state="0" * 64,
                seconds=12.0,
                sentence="Stopped after 7 steps.",
            )
        )

    def _open_name(self) -> str:
        return self.open.fingerprint if self.open is not None else ""

    def _keep(self, command: KeepPicture) -> None:
        """Given pixels under the hash of their content; a picture from a file is of no colour and has one name."""
        if command.name:
            if command.name in self.kept:
                self._say(command, PictureKept(name=command.name, image=self.kept[command.name]))
            else:
                self._fail(command, "no-picture", "The picture that this was made from is not here.")
            return
        pixels = np.zeros((8, 8, 4), np.uint8) if command.pixels is None else command.pixels
        name = "a" * 32 if command.pixels is None else hashlib.sha256(pixels.tobytes()).hexdigest()[:32]
        self.kept[name] = pixels
        self._say(command, PictureKept(name=name, image=pixels))

    def _tell_pixel(self, command: TellPixel) -> None:
        height, width = command.pixels.shape[:2]
        before = command.row * width + command.column
        seen = (np.arange(height * width) < before).astype(np.float32).reshape(height, width)
        told = PixelTold(
            model=self._open_name(), row=command.row, column=command.column, chances=((0.1, 0.2, 0.3, 0.4),),
            levels=(2,), entropy=1.8, bits=1.7, seen=seen, before=before,
        )  # fmt: skip
        self._say(command, told)

    def _render(self, command: Render) -> None:
        model = self.open
        if model is None or command.recipe.model != model.fingerprint:
            return
        base = np.random.default_rng(command.recipe.seed).standard_normal(model.latent).astype(np.float32)
        base.setflags(write=False)
        drawing = command.progressive and Capability.PROGRESSIVE in model.capabilities
        for progress in (0.5, 1.0) if drawing else (1.0,):
            self.say(
                Rendered(
                    view=command.view,
                    ticket=command.ticket,
                    model=model.fingerprint,
                    image=drawn(command.recipe, model.size, model.channels),
                    point=base if model.latent else None,
                    final=progress == 1.0,
                    progress=progress,
                    drawn=round(progress * len(model.order)),
                    render_ms=6.0,
                    recipe=command.recipe,
                )
            )


class FakeEngine(FakeClient):
    """A fake client that is started and stopped like the real one: silent until `start`."""

    def __init__(self, models: tuple[ModelDescribed, ...] = (FACES, GLYPHS)) -> None:
        super().__init__(models)
        self.is_started = self.is_stopped = False
        self.held = True

    def start(self) -> None:
        self.is_started = True
        self.held = False
        self.say(Ready(device="cpu", device_label="CPU", threads=2))
        self.answer()

    def stop(self, deadline_s: float = 5.0) -> bool:
        self.is_stopped = True
        return True
