"""A classifier that may begin with an autoencoder's encoder."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from engine.families import schema
from engine.families.base import DataShape, Family
from engine.families.phases import Batch, Losses, Optimiser, Phase
from engine.protocol.values import Better, Capability, Monitor
from tests.stretch.captions import POINT
from tests.stretch.nets import Flat


class Labeller(Family[schema.PictureConfig]):
    Config = schema.PictureConfig
    name = "stretch-labeller"
    label = "Miniature classifier"
    summary = "Tells classes apart."
    capabilities: frozenset[Capability] = frozenset()
    takes = {"encoder": ("stretch-captions.encoder",)}
    monitors = (Monitor(name="right", label="Right", help="Share told right.", better=Better.HIGHER),)

    def __init__(self, config: schema.PictureConfig, shape: DataShape) -> None:
        super().__init__(config, shape)
        self.encoder = Flat(config.size, config.channels, 2 * POINT)
        self.head = nn.Linear(2 * POINT, len(shape.classes))

    def read(self, x_BCHW: Tensor) -> dict[str, Tensor]:
        """The probability of each class."""
        return {"class": self.head(self.encoder(x_BCHW)).softmax(1)}

    def phases(self) -> tuple[Phase, ...]:
        return (Phase(name="labels", modules=(self,), loss=self._loss, optimiser=Optimiser(rate=self.config.rate)),)

    def _loss(self, batch: Batch) -> Losses:
        assert batch.labels_B is not None
        logits_BK = self.head(self.encoder(batch.x))
        right = (logits_BK.argmax(1) == batch.labels_B).float().mean()
        return {"loss": F.cross_entropy(logits_BK, batch.labels_B), "right": right.detach()}
