"""The store of jobs: order, names, the size of the queue, and that it is all there after a restart."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from fourfold.pipelines.service.jobs.job import Job
from fourfold.pipelines.service.jobs.store import JobStore, NameTaken, QueueFull


def job(id: str, output: str | None = None) -> Job:
    return Job(
        id, "finetune", "linear", output or f"of-{id}", "queued", "", {"kind": "finetune"}, time.time()
    )


@pytest.fixture
def store(tmp_path: Path):
    opened = JobStore(tmp_path / "jobs.sqlite")
    yield opened
    opened.close()


def test_jobs_are_taken_in_the_order_they_came(store: JobStore) -> None:
    for id in "abc":
        store.add(job(id), 10)
    assert [store.ahead_of(id) for id in "abc"] == [0, 1, 2]
    taken = store.claim()
    assert taken is not None and (taken.id, taken.status, taken.starts) == ("a", "running", 1)
    assert taken.request == {"kind": "finetune"}
    store.requeue("a", "was stopped")
    again = store.claim()
    assert again is not None and (again.id, again.starts) == ("a", 2), "it keeps its place"
    assert [row.id for row in store.all()] == ["c", "b", "a"]


def test_the_queue_has_an_end_and_names_are_unique_among_the_living(store: JobStore) -> None:
    store.add(job("a", "mine"), 2)
    with pytest.raises(NameTaken):
        store.add(job("b", "mine"), 2)
    store.add(job("b", "other"), 2)
    with pytest.raises(QueueFull):
        store.add(job("c"), 2)
    store.ask_to_cancel("a")
    store.add(job("c", "mine"), 2)
    assert {row.id: row.status for row in store.all()} == {"a": "cancelled", "b": "queued", "c": "queued"}


def test_cancelling_waits_for_whoever_runs_the_job(store: JobStore) -> None:
    store.add(job("a"), 5)
    store.claim()
    asked = store.ask_to_cancel("a")
    assert asked is not None and (asked.status, asked.cancel) == ("running", True)
    store.end("a", "cancelled", "cancelled")
    store.end("a", "done", "too late")
    found = store.find("a")
    assert found is not None and found.status == "cancelled" and found.ended is not None
    assert store.ask_to_cancel("nobody") is None


def test_what_has_ended_can_be_forgotten_and_nothing_else(store: JobStore) -> None:
    store.add(job("a"), 5)
    assert not store.forget("a")
    store.ask_to_cancel("a")
    assert store.forget("a") and store.find("a") is None


def test_all_is_there_for_the_next_server(tmp_path: Path) -> None:
    first = JobStore(tmp_path / "jobs.sqlite")
    first.add(job("a"), 5)
    first.claim()
    first.note_process("a", "17 4711 boot")
    first.end("a", "failed", "why", [{"field": "y", "problem": "is text"}], ["a note"])
    first.close()
    mode = sqlite3.connect(tmp_path / "jobs.sqlite").execute("PRAGMA journal_mode").fetchone()
    assert mode == ("wal",)
    second = JobStore(tmp_path / "jobs.sqlite")
    (found,) = second.with_status("failed")
    assert (found.message, found.notes, found.errors[0]["field"]) == ("why", ("a note",), "y")
    second.close()


def test_no_two_take_the_same_job(tmp_path: Path) -> None:
    """Threads of two servers on one file."""
    stores = [JobStore(tmp_path / "jobs.sqlite") for _ in range(2)]
    for number in range(30):
        stores[0].add(job(f"{number:02d}"), 100)
    taken: list[str] = []

    def take(store: JobStore) -> None:
        while (claimed := store.claim()) is not None:
            taken.append(claimed.id)

    threads = [threading.Thread(target=take, args=(stores[k % 2],)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"{number:02d}" for number in range(30)]
    for opened in stores:
        opened.close()
