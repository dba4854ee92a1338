"""ModelWorker: one thread that holds one model and answers what waits in its queue."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...shared.errors import InputError
from .errors import ServiceError

log = logging.getLogger("fourfold.service")

Answer = TypeVar("Answer")
_LOADING = threading.Lock()
"""One model at a time: they import the same libraries, which does not go faster in parallel."""
LONGEST_RETRY = 60
"""Seconds: nobody is told to come back later than this."""
PATIENCE = 40
"""Windows that work waits for the next that is known to be on its way."""
LONGEST_WAIT = 1.0
"""Seconds that it waits for all of them."""
ENOUGH = 32
"""Pieces that wait for no more: while they are answered, the next are read."""


@dataclass(eq=False)
class Task:
    """One request's work as it waits."""

    work: Callable[..., Any]
    """Takes the model; with a key, the model and the items of all tasks of that key."""
    key: Hashable | None = None
    """Tasks of one key are answered together; None: by itself."""
    item: Any = None
    arrived: float = field(default_factory=time.monotonic)
    answer: Future = field(default_factory=Future)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    """That of the request, for what its work notes down (see `notes`)."""


class ModelWorker:
    """Loads a model in a thread of its own and lets one piece of work at a time use it there.

    Args:
        name: of the model, for sentences.
        load: makes the model; called in the thread, before the first work or by `load_soon`.
        max_queue: pieces of work that may wait.
        timeout_s: seconds after which a waiting request is given up.
        window_s: how long work that can be shared waits for company.
        max_batch: pieces answered together at most.
        observe: called with size and seconds of every batch.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], Any],
        *,
        max_queue: int = 64,
        timeout_s: float = 120.0,
        window_s: float = 0.0,
        max_batch: int = 1,
        observe: Callable[[int, float], None] = lambda size, seconds: None,
    ) -> None:
        self.name, self._load, self._observe = name, load, observe
        self.max_queue, self.timeout_s = max_queue, timeout_s
        self.window_s, self.max_batch = window_s, max_batch
        self.ready = False
        """Whether the model is loaded."""
        self.problem: str | None = None
        """Why it could not be loaded."""
        self.model: Any = None
        """Once it is loaded; for work in the thread, and for facts that never change."""
        self._tasks: deque[Task] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._usual_seconds = 1.0
        self._coming = 0
        self._last = (0, 0.0)
        """Size and seconds of what was answered together last."""

    @property
    def loading(self) -> bool:
        """Whether someone waits for the model to be loaded, and it may still be."""
        return self._thread is not None and not self.ready and self.problem is None

    @property
    def waiting(self) -> int:
        """Pieces of work in the queue."""
        return len(self._tasks)

    async def run(self, work: Callable[[Any], Answer]) -> Answer:
        """What `work` makes of the model, in the model's thread.

        Raises:
            ServiceError: 503 when the queue is full or the model cannot be loaded, 504 after `timeout_s`.
        """
        return await self.answer_to(self._put(Task(work)))

    async def run_together(
        self, key: Hashable, item: Any, work: Callable[[Any, list[Any]], Sequence[Any]]
    ) -> Any:
        """The answer to `item` out of one call of `work` for all items that wait under `key`.

        Args:
            work: takes the model and n items, returns n answers; an answer that is an exception is raised
                for its item alone.

        Raises:
            ServiceError: as `run`.
        """
        return await self.answer_to(self.put_together(key, item, work))

    def put_together(
        self, key: Hashable, item: Any, work: Callable[[Any, list[Any]], Sequence[Any]]
    ) -> Future:
        """`run_together` in two steps: the item is in the queue when this returns; see `answer_to`.

        Raises:
            ServiceError: 503, the queue is full.
        """
        return self._put(Task(work, key, item))

    async def answer_to(self, future: Future) -> Any:
        """The answer to what was put.

        Raises:
            ServiceError: 504 after `timeout_s`.
        """
        return await self._in_time(asyncio.wrap_future(future))

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Says that work is being made ready: what can be shared waits for it a while longer.

        So requests that are read more slowly than they are computed still make large batches.
        """
        self._note_coming(1)
        try:
            yield
        finally:
            self._note_coming(-1)

    def _note_coming(self, change: int) -> None:
        with self._changed:
            self._coming += change
            if not self._coming:  # nothing is left to wait for
                self._changed.notify_all()

    async def stream(self, work: Callable[[Any], Iterator[bytes]]) -> AsyncIterator[bytes]:
        """The pieces that `work` makes in the model's thread, as they come; they may outrun the reader.

        Raises:
            ServiceError: as `run`, before the first piece; 504 also when the next one takes `timeout_s`.
        """
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        left = threading.Event()

        def tell(piece: bytes | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        def produce(model: Any) -> None:
            for piece in work(model):
                if left.is_set():
                    return
                tell(piece)

        future = self._put(Task(produce))
        future.add_done_callback(lambda _: tell(None))
        try:
            while (piece := await self._in_time(pieces.get())) is not None:
                yield piece
            future.result()
        finally:
            left.set()
            future.cancel()

    def load_soon(self) -> None:
        """Load the model before anyone asks for it; a failure is told by `problem`."""
        self._put(Task(lambda model: None))

    def stop(self, wait_s: float = 5.0) -> None:
        """Refuse what waits and end the thread when its present work is done."""
        with self._changed:
            self._closed = True
            while self._tasks:
                _settle(self._tasks.popleft(), ServiceError(503, "the server is stopping", retry_after=5))
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(wait_s)

    async def _in_time(self, awaited: Any) -> Any:
        try:
            return await asyncio.wait_for(awaited, self.timeout_s)
        except TimeoutError:
            problem = f"{self.name} did not answer within {self.timeout_s:g} s"
            raise ServiceError(504, f"{problem}; ask for less, or make it a job (POST /v1/jobs)") from None

    def _put(self, task: Task) -> Future:
        with self._changed:
            if self._closed:
                raise ServiceError(503, "the server is stopping", retry_after=5)
            if len(self._tasks) >= self.max_queue:
                self._tasks = deque(kept for kept in self._tasks if not kept.answer.cancelled())
            if len(self._tasks) >= self.max_queue:
                problem = f"{self.max_queue} requests wait for {self.name} already; try again later"
                raise ServiceError(503, problem, retry_after=self._retry_after())
            self._tasks.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=f"model-{self.name}", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return task.answer

    def _retry_after(self) -> int:
        shared = sum(task.key is not None for task in self._tasks)
        batches = len(self._tasks) - shared + shared / self.max_batch
        seconds = self._usual_seconds * batches
        return min(max(math.ceil(seconds), 1), LONGEST_RETRY)

    def _serve(self) -> None:
        while (batch := self._next()) is not None:
            wanted = [task for task in batch if task.answer.set_running_or_notify_cancel()]
            if wanted:
                self._work(wanted)

    def _next(self) -> list[Task] | None:
        """The next task, with its like; None at the end. Waits for company only while nothing else waits."""
        with self._changed:
            while not self._tasks:
                if self._closed:
                    return None
                self._changed.wait()
            batch = [self._tasks.popleft()]
            key, free = batch[0].key, time.monotonic()
            while key is not None and not self._closed:
                self._take_like(key, batch)
                rest = self._until(batch, free) - time.monotonic()
                if len(batch) >= min(self.max_batch, ENOUGH) or self._tasks or rest <= 0:
                    break
                self._changed.wait(rest)
            return batch

    def _until(self, batch: list[Task], free: float) -> float:
        """When a batch is answered as it is, by a model that is free since then.

        It waits for its like as long as some are on their way and keep coming; and, when far fewer are here
        than were answered last, as long as that took: their clients have those answers and ask again.
        """
        until = batch[0].arrived + self.window_s
        if self.window_s and self._coming:
            newest = max(free, batch[-1].arrived)
            return max(until, min(newest + PATIENCE * self.window_s, free + LONGEST_WAIT))
        last_size, last_seconds = self._last
        if self.window_s and 2 * len(batch) < last_size:
            return max(until, free + min(last_seconds, PATIENCE * self.window_s))
        return until

    def _take_like(self, key: Hashable, batch: list[Task]) -> None:
        others: deque[Task] = deque()
        for task in self._tasks:
            alike = task.key == key and len(batch) < self.max_batch
            (batch if alike else others).append(task)
        self._tasks = others

    def _work(self, batch: list[Task]) -> None:
        first = batch[0]
        try:
            model = self._loaded()
            began = time.monotonic()
            if first.key is None:
                answers = [first.context.run(first.work, model)]
            else:
                answers = first.work(model, [task.item for task in batch])
            self._note_time(len(batch), time.monotonic() - began, shared=first.key is not None)
        except BaseException as error:  # whatever it is, the thread must live on
            answers = [_for_lack_of_memory(error) or error] * len(batch)
        for task, answer in zip(batch, answers, strict=True):
            _settle(task, answer)

    def _note_time(self, size: int, seconds: float, *, shared: bool) -> None:
        if shared:
            self._last = size, seconds
        self._usual_seconds += 0.2 * (seconds - self._usual_seconds)
        self._observe(size, seconds)

    def _loaded(self) -> Any:
        if self.ready:
            return self.model
        try:
            with _LOADING:
                self.model, self.ready, self.problem = self._load(), True, None
        except InputError as error:
            self.problem = str(error)
        except Exception as error:
            log.exception("%s cannot be loaded", self.name)
            self.problem = f"{type(error).__name__}, see the server's log"
        if not self.ready:
            raise ServiceError(
                503, f"{self.name} cannot be loaded: {self.problem}", retry_after=LONGEST_RETRY
            )
        return self.model


def _for_lack_of_memory(error: BaseException) -> MemoryError | None:
    """What torch says in words, as the exception that it is."""
    words = str(error)
    lacking = "allocate memory" in words or "out of memory" in words
    return MemoryError(words[:200]) if isinstance(error, RuntimeError) and lacking else None


def _settle(task: Task, answer: Any) -> None:
    if task.answer.cancelled():
        return
    if isinstance(answer, BaseException):
        task.answer.set_exception(answer)
    else:
        task.answer.set_result(answer)


async def begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces once the first is there, so that what goes wrong before it still gets its status."""
    first = await anext(pieces, b"")

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_pieces()
