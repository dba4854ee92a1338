"""Requests that end before they are answered, for the client's sake or the server's."""

import asyncio
import json

from fourfold.pipelines.service.departures import Departures
from fourfold.pipelines.service.measures import Measures, Measuring

SCOPE = {"type": "http", "method": "POST", "path": "/v1/forecast"}


async def _read_for_ever(scope, receive, send):
    await receive()
    await asyncio.sleep(600)


def _ask(end) -> tuple[list, str]:
    """What is sent to a client whose request `end` ends, and what the measures say then."""
    measures, sent = Measures(), []
    app = Measuring(Departures(_read_for_ever), measures)

    async def main() -> None:
        messages = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b""})

        async def send(message) -> None:
            sent.append(message)

        task = asyncio.create_task(app(dict(SCOPE), messages.get, send))
        await asyncio.sleep(0.05)
        end(task, messages)
        await asyncio.wait([task])

    asyncio.run(main())
    return sent, measures.text().decode()


def test_a_client_that_left_is_measured_as_such():
    _, text = _ask(lambda task, messages: messages.put_nowait({"type": "http.disconnect"}))
    assert 'fourfold_requests_total{method="POST",route="other",status="499"} 1.0' in text


def test_a_server_that_stops_says_so():
    sent, text = _ask(lambda task, messages: task.cancel())
    assert sent[0]["status"] == 503 and (b"retry-after", b"5") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["detail"] == "the server is stopping"
    assert 'status="503"} 1.0' in text
