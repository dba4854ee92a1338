"""What finetune does, whatever MODEL is: the same for the shell and for jobs of the service."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ..shared.errors import InputError, note
from .commands.graph_options import NO_GRAPH, GraphOptions
from .commands.network_flags import network_request
from .commands.table_options import AS_GIVEN, TableOptions


@dataclass(frozen=True)
class FinetuneRequest:
    """A model, data to learn from, and how.

    Args:
        model: a shipped model, a folder, or a method. data: a table, a folder of recordings, or crystals.
        horizon: steps to forecast. past, future, static: columns of covariates.
        steps: of training, for vocoders and crystal generators.
        property: column to be told from a crystal.
    """

    model: str
    data: Path
    horizon: int | None = None
    table: TableOptions = AS_GIVEN
    network: GraphOptions = NO_GRAPH
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    steps: int | None = None
    property: str | None = None

    def run(self, output: Path) -> None:
        """Learn and keep the model in `output`, whole or not at all; a stopped run goes on by the same call.

        Raises:
            InputError: model, data and wishes do not go together.
        """
        from .crystal_commands import finetune_generator, is_generator, refuse_crystals
        from .vocoder_commands import finetune_vocoder, is_vocoder

        if (output / "config.json").is_file():
            note(f"{output} holds a model already, which the new one will replace.")
        if is_generator(self.model):
            self.check()
            return finetune_generator(self.model, self.data, output, self.property, self.steps)
        refuse_crystals(self.model, self.data)
        self.check()
        if is_vocoder(self.model):
            return finetune_vocoder(self.model, self.data, output, self.steps)
        return self._forecaster(output)

    def check(self) -> None:
        """Refuse wishes that this kind of model does not take, before any data are read.

        Raises:
            InputError: one is given; the first is named.
        """
        from .crystal_commands import WHAT, is_generator
        from .vocoder_commands import is_vocoder, refuse_flags

        columns = {
            "--past-cols": self.past,
            "--future-cols": self.future,
            "--static-cols": self.static,
        }
        if is_generator(self.model):
            return refuse_flags(
                self.model, self.table, self.network, {"--horizon": self.horizon, **columns}, WHAT
            )
        if self.property is not None:
            raise InputError("--property", f"{self.model} is no crystal generator", remedy="Leave it out")
        if is_vocoder(self.model):
            return refuse_flags(self.model, self.table, self.network, {"--horizon": self.horizon, **columns})
        if self.steps is not None:
            problem = f"{self.model} is no vocoder or generator and does not take it"
            raise InputError("--steps", problem, remedy="Leave it out, or give --epochs for a network")
        return None

    def _forecaster(self, output: Path) -> None:
        request = network_request(
            self.model, self.data, self.table, self.network,
            past=self.past, future=self.future, refused={"--static-cols": self.static},
        )  # fmt: skip
        if request is None:
            self._series_forecaster(output)
            return
        from .network_commands import finetune_network

        kept = finetune_network(request, self.horizon, output)
        told = "" if kept.record is None else f"; kept are {kept.record.kept()}"
        print(f"{output}: {kept.model.name} for {kept.horizon} steps, from {len(kept.nodes)} nodes{told}")

    def _series_forecaster(self, output: Path) -> None:
        from ..domains.timeseries.forecaster import Forecaster
        from ..shared.panels.reading import read_panel
        from .contestant import is_method

        panel = read_panel(
            self.data,
            **self.table.reading(),
            past=self.past,
            future=self.future,
            static=self.static,
        )
        run = output.with_name(f".{output.name}.run")
        if is_method(self.model):
            tuned = Forecaster(self.model).fit(panel, self.horizon or 24, run=run)
        else:
            tuned = Forecaster.load(self.model).finetune(panel, self.horizon, run=run)
        tuned.save(output)
        shutil.rmtree(run, ignore_errors=True)
        print(f"{output}: {tuned.model.name} for {tuned.horizon} steps, from {panel.n_series} series")
