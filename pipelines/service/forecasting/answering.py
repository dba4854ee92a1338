"""From a question to its forecast: which model answers, and in whose company."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from anyio import CapacityLimiter, to_thread

from ....shared.errors import InputError
from ....shared.panels import table_limit
from ..errors import ServiceError
from ..served_models import FORECASTER, GRAPH_FORECASTER, ServedModel, ServedModels
from ..settings import ServiceSettings
from .question import Question, Raw, named_model, refuse_large, understand
from .tables import JSON, Columns, CsvText

if TYPE_CHECKING:
    from ....domains.timeseries.joint_prediction import Planned
    from ....shared.forecasting.forecast import Forecast
    from ....shared.panels.panel import Panel
    from ...network_commands import NetworkRequest

    Prepared = tuple[Question, ServedModel, Planned | None]
Read = TypeVar("Read")
SHARED_SERIES = 256
"""Tables of more series are forecast by themselves: they fill a batch."""
READ_AT_ONCE = 16_384
"""Bytes of JSON, some hundred rows: one to two milliseconds of work."""
FIT_SHARE = 0.8
"""Part of the time limit that a network may train, so that it still gets to answer."""


class Forecasting:
    """Answers questions with the models of one service.

    Args:
        readers: tables that are read at a time; reading is bound by the processor.
    """

    def __init__(self, models: ServedModels, limits: ServiceSettings, readers: int = 2) -> None:
        self._models, self._limits = models, limits
        self._readers = CapacityLimiter(readers)
        self._unread = 0

    async def answer(self, raw: Raw) -> tuple[Question, Forecast]:
        """The forecast that a request asks for.

        Raises:
            InputError: data, options and model do not go together.
            ServiceError: too large, too busy, too slow, or no such model.
        """
        named = self._named(raw)
        with nullcontext() if named is None else named.worker.coming():
            question, served, plan = await self._prepared(raw, named)
            if plan is None and served.kind == FORECASTER and not served.fitted_on_request:
                forecaster = await served.worker.run(lambda model: model)
                plan = await self._thread(partial(_read_and_plan, question, forecaster, self._limits))
            together_with = None
            if plan is not None and len(plan.series) <= SHARED_SERIES:
                together_with = served.worker.put_together(plan.alike, plan, together)
        if together_with is not None:
            return question, await served.worker.answer_to(together_with)
        if plan is not None:
            return question, await served.worker.run(partial(_alone, plan))
        if served.kind == GRAPH_FORECASTER:
            return question, await served.worker.run(partial(_by_network, question, served, self._limits))
        panel = await self._thread(partial(_read_panel, question, self._limits))
        return question, await served.worker.run(lambda _: _by_method(question, panel, self._limits))

    def _named(self, raw: Raw) -> ServedModel | None:
        """The model that a request seems to be for, if it is a trained one; company there waits for it."""
        name = named_model(raw)
        if name is None or name not in self._models or self._models[name].fitted_on_request:
            return None
        return self._models[name]

    async def _prepared(self, raw: Raw, named: ServedModel | None) -> Prepared:
        """All that can be done before the model's turn; no plan where it is not loaded, or fitted first.

        Of short requests, a table of plain columns alone is read here: that takes no longer than its bytes
        are many. Others may ask for much in a few bytes, such as a step of seconds between two years.
        """
        if named is None or not named.worker.ready or not _is_short(raw):
            return await self._reading(lambda: self._planned(*self._understood(raw)))
        question, served = self._understood(raw)
        panel = _plain_panel(question, self._limits) if _is_ready(served) else None
        if panel is None:
            return await self._reading(partial(self._planned, question, served))
        return question, served, _plan(question, served.worker.model, _sized(question, panel, self._limits))

    def _planned(self, question: Question, served: ServedModel) -> Prepared:
        if not _is_ready(served):
            return question, served, None
        return question, served, _read_and_plan(question, served.worker.model, self._limits)

    def _understood(self, raw: Raw) -> tuple[Question, ServedModel]:
        question = understand(raw, self._limits)
        served = self._models.find(question.options.model, (FORECASTER, GRAPH_FORECASTER))
        _refuse_unread(question, served)
        return question, served

    async def panel(self, raw: Raw) -> Panel:
        """The table of a request by itself, read as for a forecast.

        Raises:
            InputError: a field or the table is not right.
            ServiceError: too large, or of no kind that is read.
        """
        question = await self._reading(partial(understand, raw, self._limits))
        return await self._thread(partial(_read_panel, question, self._limits))

    async def _reading(self, work: Callable[[], Read]) -> Read:
        if self._unread >= self._limits.max_queue:
            problem = f"{self._unread} tables wait to be read already; try again later"
            raise ServiceError(503, problem, retry_after=1)
        self._unread += 1
        try:
            return await self._thread(work)
        finally:
            self._unread -= 1

    async def _thread(self, work: Callable[[], Read]) -> Read:
        limit = self._limits.timeout_s
        try:
            reading = to_thread.run_sync(work, limiter=self._readers, abandon_on_cancel=True)
            return await asyncio.wait_for(reading, limit)
        except TimeoutError:
            raise ServiceError(504, f"the table was not read within {limit:g} s; ask for less") from None


def _is_short(raw: Raw) -> bool:
    """Whether a request is a short text that is read where it is, as no thread is found sooner."""
    return all(
        kind == JSON and len(content) <= READ_AT_ONCE
        for content, kind in (table for table in raw.tables.values() if isinstance(table, tuple))
    )


def _is_ready(served: ServedModel) -> bool:
    """Whether it forecasts tables by a model that is there."""
    return served.kind == FORECASTER and not served.fitted_on_request and served.worker.ready


def _refuse_unread(question: Question, served: ServedModel) -> None:
    """Say what this kind of model does not take, rather than leave it unread."""
    if question.graph is not None and served.kind == FORECASTER:
        raise InputError(
            "graph",
            f"{served.name} forecasts every series by itself and reads no graph",
            remedy="Leave it out, or choose a network (kind graph-forecaster)",
        )


@contextmanager
def _files(*tables: Any) -> Iterator[list[Any]]:
    """Tables as the readers take them: texts as files under names of ours, for as long as this lasts."""
    tables = tuple(table.frame() if isinstance(table, Columns) else table for table in tables)
    if not any(isinstance(table, CsvText) for table in tables):
        yield list(tables)
        return
    with tempfile.TemporaryDirectory(prefix="fourfold-") as folder:
        named: list[Any] = []
        for table, name in zip(tables, ("data", "future", "graph"), strict=False):
            if isinstance(table, CsvText):
                path = Path(folder) / f"{name}.csv"
                path.write_bytes(table.content)
                named.append(path)
            else:
                named.append(table)
        yield named


def _reading(question: Question) -> dict[str, Any]:
    options = question.options
    names = ("id_col", "time_col", "target_col", "freq", "period", "timezone", "missing", "dedupe")
    return {name: getattr(options, name) for name in names}


def _read_panel(question: Question, limits: ServiceSettings) -> Panel:
    panel = _plain_panel(question, limits)
    return _sized(question, _usual_panel(question, limits) if panel is None else panel, limits)


def _sized(question: Question, panel: Panel, limits: ServiceSettings) -> Panel:
    """The panel, unless it or its answer is too large."""
    options = question.options
    answered = options.horizon * (1 + 2 * len(options.levels) + len(options.quantiles))
    refuse_large(panel.n_steps, panel.n_series, answered, limits)
    return panel


def _plain_panel(question: Question, limits: ServiceSettings) -> Panel | None:
    """Of a table of plain columns by itself, as most requests bring it; None for all others."""
    from ....shared.panels.long_reading import LongColumns
    from ....shared.panels.plain_reading import read_plain
    from ....shared.panels.read_options import ReadOptions

    options = question.options
    if question.future is not None or not isinstance(question.data, Columns):
        return None
    names = options.id_col, options.time_col, options.target_col
    columns = LongColumns(*names, past=options.past_cols, static=options.static_cols)
    how = ReadOptions(options.freq, options.period, options.missing or "raise", timezone=options.timezone)
    with table_limit.at_most(_cells(limits)):
        return read_plain(question.data.lists, columns, how)


def _usual_panel(question: Question, limits: ServiceSettings) -> Panel:
    from ....shared.panels.reading import read_panel
    from ...covariate_file import read_future

    options, reading = question.options, _reading(question)
    with _files(question.data, question.future) as (data, future), table_limit.at_most(_cells(limits)):
        ahead, names = None, ()
        if future is not None:
            ahead, names = read_future(future, options.id_col, options.time_col)
        return read_panel(
            data,
            **{**reading, "missing": options.missing or "raise"},
            past=options.past_cols,
            future=names,
            static=options.static_cols,
            future_frame=ahead,
        )


def _cells(limits: ServiceSettings) -> int:
    return 4 * limits.max_points


def _asked(question: Question) -> dict[str, Any]:
    given = {"pad": question.options.pad, "short": question.options.short}
    return {name: choice for name, choice in given.items() if choice is not None}


def _read_and_plan(question: Question, forecaster: Any, limits: ServiceSettings) -> Planned:
    return _plan(question, forecaster, _read_panel(question, limits))


def _plan(question: Question, forecaster: Any, panel: Panel) -> Planned:
    options = question.options
    mine = copy(forecaster)  # the model is shared, the settings are this request's
    mine.settings = forecaster.settings.model_copy(update=_asked(question))
    return mine.plan(panel, options.horizon, levels=options.levels, quantiles=options.quantiles)


def together(forecaster: Any, plans: list[Planned]) -> list[Any]:
    """One call of the model for all tables; where that fails, one for each, so that only the guilty fail."""
    from ....domains.timeseries.joint_prediction import forecast_together

    try:
        return list(forecast_together(forecaster.model, plans))
    except Exception as error:
        if len(plans) == 1:
            return [error]
        return [together(forecaster, [plan])[0] for plan in plans]


def _alone(plan: Planned, forecaster: Any) -> Forecast:
    from ....domains.timeseries.joint_prediction import forecast_planned

    return forecast_planned(forecaster.model, plan, forecaster.settings.batch_size)


def _by_method(question: Question, panel: Panel, limits: ServiceSettings) -> Forecast:
    from ....domains.timeseries.models.build import TEMPO
    from ...contestant import ready_forecaster

    options = question.options
    settings: dict[str, Any] = {}
    if options.model in TEMPO:
        settings["model_settings"] = {"training": {"max_seconds": FIT_SHARE * limits.timeout_s}}
    forecaster = ready_forecaster(options.model, panel, options.horizon, **settings)
    forecaster.settings = forecaster.settings.model_copy(update=_asked(question))
    return forecaster.predict(panel, options.horizon, levels=options.levels, quantiles=options.quantiles)


def _by_network(question: Question, served: ServedModel, limits: ServiceSettings, kept: Any) -> Forecast:
    from ...covariate_file import read_future
    from ...network_commands import forecast_network

    options = question.options
    with (
        _files(question.data, question.future, question.graph) as (data, future, graph),
        table_limit.at_most(_cells(limits)),
    ):
        ahead, names = None, ()
        if future is not None:
            ahead, names = read_future(future, options.id_col, options.time_col)
        request = _network_request(question, served, data, graph, names)
        if served.fitted_on_request:
            training = request.model_settings["training"] | {"max_seconds": FIT_SHARE * limits.timeout_s}
            request = replace(request, model_settings=request.model_settings | {"training": training})
        return forecast_network(
            request,
            options.horizon,
            levels=options.levels,
            quantiles=options.quantiles,
            future=ahead,
            kept=kept,
        )


def _network_request(
    question: Question, served: ServedModel, data: Any, graph: Any, future: tuple[str, ...]
) -> NetworkRequest:
    """As the shell makes it of its flags."""
    from ...commands.network_flags import GraphOptions, TableOptions, network_request

    options = question.options
    names = ("undirected", "signed", "zero_is_missing", "size", "lookback", "scaling", "profile", "epochs")
    network = GraphOptions(graph=graph, **{name: getattr(options, name) for name in names})
    request = network_request(
        str(served.folder or served.name),
        data,
        TableOptions(**_reading(question)),
        network,
        past=options.past_cols,
        future=future,
        refused={"static_cols": options.static_cols, "pad": options.pad, "short": options.short},
    )
    return cast("NetworkRequest", request)
