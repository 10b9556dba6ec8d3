"""Servers on this machine that speak the wire formats of Anthropic Messages and of OpenAI Chat
Completions, and answer what a test has laid out for them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """One answer: HTTP status, JSON body, headers, and how long it is waited for."""

    status: int
    body: Any
    headers: dict[str, str] = {}
    after_s: float = 0.0


class Asked(NamedTuple):
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Server(NamedTuple):
    """Where it is, and what it was asked."""

    url: str
    asked: list[Asked]


@contextmanager
def serving(*answers: Answer | Callable[[Asked], Answer]) -> Iterator[Server]:
    """A server that gives these answers in turn, and the last one for ever."""
    asked: list[Asked] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.path, names, json.loads(data))
            with lock:
                asked.append(request)
                answer = answers[min(len(asked), len(answers)) - 1]
            answer = answer if isinstance(answer, Answer) else answer(request)
            time.sleep(answer.after_s)
            body = json.dumps(answer.body).encode()
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                # Who had waited too long has hung up.
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def claude_tool(draft: object) -> Answer:
    """A message that calls the tool with a draft."""
    block = {"type": "tool_use", "id": "toolu_1", "name": "give_draft", "input": draft}
    return _message([block], "tool_use")


def claude_text(text: str, stop: str = "end_turn") -> Answer:
    """A message of plain text."""
    return _message([{"type": "text", "text": text}], stop)


def _message(content: list[dict[str, Any]], stop: str) -> Answer:
    return Answer(
        200,
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 900, "output_tokens": 700},
        },
    )


def claude_error(status: int, kind: str, **headers: str) -> Answer:
    """An error of the Messages API."""
    body = {"type": "error", "error": {"type": kind, "message": "secret words of the caller"}}
    return Answer(status, body, headers)


def chat(text: str | None, finish: str = "stop", refusal: str | None = None) -> Answer:
    """A completion with one choice."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return Answer(
        200,
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "test",
            "choices": [
                {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
            ],
            "usage": {"prompt_tokens": 900, "completion_tokens": 700, "total_tokens": 1600},
        },
    )


def chat_error(status: int, kind: str, **headers: str) -> Answer:
    """An error of the Chat Completions API."""
    error = {"message": "secret words of the caller", "type": kind, "param": None, "code": None}
    return Answer(status, {"error": error}, headers)
