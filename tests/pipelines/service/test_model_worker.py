"""One thread a model: what waits, what is refused, what is answered together."""

import asyncio
import threading
import time

import pytest
from fourfold.pipelines.service.errors import ServiceError
from fourfold.pipelines.service.model_worker import ModelWorker, begun
from fourfold.shared.errors import InputError


@pytest.fixture
def make_worker():
    """Workers of a model that is the list [1], stopped at the end."""
    made = []

    def make(**limits) -> ModelWorker:
        made.append(ModelWorker("small", lambda: [1], **limits))
        return made[-1]

    yield make
    for worker in made:
        worker.stop()


class Gate:
    """Work that waits until it may go on."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    def __call__(self, model) -> str:
        self.reached.set()
        assert self.open.wait(10)
        return "through"


async def until(happened) -> None:
    while not happened():
        await asyncio.sleep(0.001)


def test_work_gets_the_model_in_one_thread_and_loads_it_once(make_worker):
    worker = make_worker()

    async def main():
        return await asyncio.gather(*[
            worker.run(lambda model: (model, threading.current_thread().name)) for _ in range(5)
        ])  # fmt: skip

    assert not worker.ready
    answers = asyncio.run(main())
    assert {name for _, name in answers} == {"model-small"}
    assert all(model is answers[0][0] for model, _ in answers)
    assert worker.ready


def test_what_goes_wrong_comes_back_and_the_worker_lives_on(make_worker):
    worker = make_worker()

    def fail(model):
        raise InputError("y", "is odd")

    with pytest.raises(InputError, match="is odd"):
        asyncio.run(worker.run(fail))
    assert asyncio.run(worker.run(len)) == 1


async def full_queue(worker, gate):
    """One piece of work that the gate holds up, and behind it as many as the queue holds."""
    first = asyncio.create_task(worker.run(gate))
    await until(gate.reached.is_set)
    waiting = [asyncio.create_task(worker.run(len)) for _ in range(worker.max_queue)]
    await until(lambda: worker.waiting == worker.max_queue)
    return first, waiting


def test_a_full_queue_is_refused_with_the_time_to_come_back(make_worker):
    worker, gate = make_worker(max_queue=2), Gate()

    async def main():
        first, waiting = await full_queue(worker, gate)
        with pytest.raises(ServiceError) as refused:
            await worker.run(len)
        gate.open.set()
        return refused.value, await asyncio.gather(first, *waiting)

    refused, answers = asyncio.run(main())
    assert (refused.status, answers) == (503, ["through", 1, 1])
    assert 1 <= refused.retry_after <= 60


def test_work_that_was_given_up_leaves_a_full_queue(make_worker):
    worker, gate = make_worker(max_queue=2), Gate()

    async def main():
        first, left = await full_queue(worker, gate)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        late = asyncio.create_task(worker.run(len))
        await asyncio.sleep(0)
        gate.open.set()
        return await asyncio.gather(first, late)

    assert asyncio.run(main()) == ["through", 1]


def test_after_quick_answers_the_time_to_come_back_is_short(make_worker):
    worker, gate = make_worker(max_queue=4), Gate()

    async def main():
        for _ in range(20):
            await worker.run(len)
        first, waiting = await full_queue(worker, gate)
        with pytest.raises(ServiceError) as refused:
            await worker.run(len)
        gate.open.set()
        await asyncio.gather(first, *waiting)
        return refused.value.retry_after

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize(("key", "most", "least"), [(None, 60, 30), ("same", 2, 1)])
def test_the_time_to_come_back_counts_batches(make_worker, key, most, least):
    worker, gate = make_worker(max_queue=40, max_batch=40), Gate()

    async def main():
        first = asyncio.create_task(worker.run(gate))
        await until(gate.reached.is_set)
        waiting = [
            asyncio.create_task(worker.run(len) if key is None else worker.run_together(key, n, pairs))
            for n in range(40)
        ]
        await until(lambda: worker.waiting == 40)
        with pytest.raises(ServiceError) as refused:
            await worker.run(len)
        gate.open.set()
        await asyncio.gather(first, *waiting)
        return refused.value.retry_after

    def pairs(model, items):
        return items

    assert least <= asyncio.run(main()) <= most


def test_torch_without_memory_is_a_lack_of_memory(make_worker):
    def grow(model):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    with pytest.raises(MemoryError, match="tried to allocate"):
        asyncio.run(make_worker().run(grow))


def test_loading_is_told_while_it_lasts():
    gate = Gate()
    worker = ModelWorker("small", lambda: gate(None))
    assert not worker.loading
    worker.load_soon()
    assert gate.reached.wait(10) and worker.loading
    gate.open.set()
    assert asyncio.run(worker.run(lambda model: model)) == "through"
    assert not worker.loading
    worker.stop()


def test_late_answers_are_given_up_and_what_still_waits_is_never_computed(make_worker):
    worker, gate, done = make_worker(timeout_s=0.05), Gate(), []

    async def main():
        answers = await asyncio.gather(worker.run(gate), worker.run(done.append), return_exceptions=True)
        gate.open.set()
        worker.timeout_s = 10
        return answers, await worker.run(len)

    late, after = asyncio.run(main())
    assert [error.status for error in late] == [504, 504]
    assert (after, done) == (1, [])


def test_work_of_one_key_is_answered_together_and_mistakes_stay_with_their_own(make_worker):
    sizes: list[int] = []
    worker, gate = make_worker(max_batch=3, observe=lambda size, seconds: sizes.append(size)), Gate()

    def double(model, items):
        return [InputError("x", "is 0") if item == 0 else 2 * item for item in items]

    async def main():
        first = asyncio.create_task(worker.run(gate))
        await until(gate.reached.is_set)
        items = [asyncio.create_task(worker.run_together("even", item, double)) for item in (1, 0, 2, 3)]
        other = asyncio.create_task(worker.run_together("odd", 5, double))
        await until(lambda: worker.waiting == 5)
        gate.open.set()
        return await asyncio.gather(first, *items, other, return_exceptions=True)

    through, one, bad, two, three, five = asyncio.run(main())
    assert (through, one, two, three, five) == ("through", 2, 4, 6, 10)
    assert str(bad) == "x: is 0."
    assert sizes == [1, 3, 1, 1]


def test_work_waits_for_company_within_the_window(make_worker):
    sizes: list[int] = []
    worker = make_worker(max_batch=2, window_s=20, observe=lambda size, seconds: sizes.append(size))

    async def main():
        first = asyncio.create_task(worker.run_together("k", 1, lambda model, items: items))
        await asyncio.sleep(0.05)
        assert not first.done()
        return await asyncio.gather(first, worker.run_together("k", 2, lambda model, items: items))

    began = time.monotonic()
    assert asyncio.run(main()) == [1, 2]
    assert sizes == [2]
    assert time.monotonic() - began < 15


def test_work_waits_longer_for_what_is_known_to_come(make_worker):
    sizes: list[int] = []
    worker = make_worker(max_batch=4, window_s=0.1, observe=lambda size, seconds: sizes.append(size))

    async def main():
        with worker.coming():
            first = asyncio.create_task(worker.run_together("k", 1, lambda model, items: items))
            await asyncio.sleep(0.3)
            assert not first.done()
            second = asyncio.create_task(worker.run_together("k", 2, lambda model, items: items))
            await asyncio.sleep(0.05)
        return await asyncio.gather(first, second)

    assert asyncio.run(main()) == [1, 2]
    assert sizes == [2]


def test_streams_come_piece_by_piece_and_end(make_worker):
    worker = make_worker()

    async def main(work):
        return [piece async for piece in await begun(worker.stream(work))]

    assert asyncio.run(main(lambda model: (bytes([n]) for n in range(4)))) == [b"\0", b"\1", b"\2", b"\3"]


def test_a_stream_that_fails_at_once_fails_before_it_begins(make_worker):
    worker = make_worker()

    def broken(model):
        raise InputError("mel", "is empty")
        yield b""

    async def main():
        await begun(worker.stream(broken))

    with pytest.raises(InputError, match="is empty"):
        asyncio.run(main())


def test_a_reader_who_leaves_ends_the_stream(make_worker):
    worker, made = make_worker(), []

    def endless(model):
        while True:
            made.append(1)
            yield b"x"
            time.sleep(0.001)

    async def main():
        pieces = worker.stream(endless)
        await anext(pieces)
        await pieces.aclose()
        return await worker.run(len)

    assert asyncio.run(main()) == 1
    assert made


def test_a_model_that_cannot_be_loaded_is_told_and_tried_again(make_worker):
    tries = []

    def load():
        tries.append(1)
        if len(tries) == 1:
            raise InputError("weights", "are damaged")
        return "model"

    worker = ModelWorker("broken", load)
    with pytest.raises(ServiceError, match="weights: are damaged") as refused:
        asyncio.run(worker.run(len))
    assert refused.value.status == 503
    assert asyncio.run(worker.run(str)) == "model"
    worker.stop()


def test_stopping_refuses_what_waits(make_worker):
    worker, gate = make_worker(), Gate()

    async def main():
        first = asyncio.create_task(worker.run(gate))
        await until(gate.reached.is_set)
        waiting = asyncio.create_task(worker.run(len))
        await until(lambda: worker.waiting == 1)
        worker.stop(0)
        gate.open.set()
        return await asyncio.gather(first, waiting, worker.run(len), return_exceptions=True)

    first, waiting, late = asyncio.run(main())
    assert (first, waiting.status, late.status) == ("through", 503, 503)
