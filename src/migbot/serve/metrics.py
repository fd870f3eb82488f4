"""Numbers for Prometheus, served to this machine alone: none of a visitor's words or addresses."""

from collections.abc import Callable, Generator, Iterator
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from migbot.errors import GivenUpError, UsageError
from migbot.serve.desk import Answering, Desk
from migbot.types import Answer, Event, Finished, Question, Retrieved

HOST = "127.0.0.1"

_RETRIEVAL_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)
_ANSWER_BUCKETS_S = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 60.0, 120.0)


class Metrics:
    """Counts what an assistant answers, and serves the counts once it listens."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self.registry = registry
        ProcessCollector(registry=registry)
        self.questions = Counter(
            "migbot_questions",
            "Questions by outcome: answered, declined, failed, error (unforeseen) or left (the "
            "visitor stopped or went, or wanted the passages alone)",
            ("outcome", "language"),
            registry=registry,
        )
        self._refused = Counter(
            "migbot_refused_requests",
            "Requests refused, by HTTP status: 4xx, or 503 (the line is full, the server stops)",
            ("status",),
            registry=registry,
        )
        self._dropped = Counter(
            "migbot_dropped_sentences",
            "Sentences that the model wrote and no passage supported",
            registry=registry,
        )
        self._retrieval_s = Histogram(
            "migbot_retrieval_seconds",
            "Time to the passages",
            buckets=_RETRIEVAL_BUCKETS_S,
            registry=registry,
        )
        self._first_sentence_s = Histogram(
            "migbot_first_sentence_seconds",
            "Time to the first sentence, the wait for earlier questions included",
            buckets=_ANSWER_BUCKETS_S,
            registry=registry,
        )
        self._total_s = Histogram(
            "migbot_answer_seconds",
            "Time to the whole answer, the wait for earlier questions included",
            buckets=_ANSWER_BUCKETS_S,
            registry=registry,
        )

    def refused(self, status: int) -> None:
        """Count a request that was refused with this HTTP status."""
        self._refused.labels(status=str(status)).inc()

    def answered(self, answer: Answer) -> None:
        """Add the times and the dropped sentences of one answer."""
        self._dropped.inc(answer.dropped)
        self._retrieval_s.observe(answer.seconds.retrieval)
        if answer.seconds.first_sentence is not None:
            self._first_sentence_s.observe(answer.seconds.first_sentence)
        self._total_s.observe(answer.seconds.total)


class CountedAssistant:
    """An assistant that is counted, however its answers end."""

    def __init__(self, assistant: Answering, metrics: Metrics) -> None:
        self._assistant = assistant
        self._metrics = metrics

    def answer(self, question: Question) -> Iterator[Event]:
        """Yield the events of one answer; closing the iterator stops the model."""
        outcome, language = "left", "unknown"
        events = self._assistant.answer(question)
        try:
            for event in events:
                if isinstance(event, Retrieved):
                    language = event.language
                if isinstance(event, Finished):
                    outcome, language = event.answer.outcome, event.answer.language
                    self._metrics.answered(event.answer)
                yield event
        except Exception as error:
            outcome = "left" if isinstance(error, GivenUpError) else "error"
            raise
        finally:
            if isinstance(events, Generator):
                events.close()
            self._metrics.questions.labels(outcome=outcome, language=language).inc()


class DeskState(Collector):
    """What is asked anew at each look: who is inside, who was turned away, which index serves."""

    def __init__(self, desk: Desk, build_id: Callable[[], str | None]) -> None:
        self._desk = desk
        self._build_id = build_id

    def collect(self) -> Iterator[Metric]:
        """Yield the state as metrics."""
        yield GaugeMetricFamily(
            "migbot_questions_inside", "Questions waiting or being answered", self._desk.inside
        )
        yield CounterMetricFamily(
            "migbot_questions_turned_away",
            "Questions turned away because all places were taken",
            self._desk.turned_away,
        )
        yield CounterMetricFamily(
            "migbot_questions_answered_again",
            "Questions whose answer was kept from an earlier one, counted nowhere else",
            self._desk.answered_again,
        )
        build_id = self._build_id()
        if build_id is not None:
            yield InfoMetricFamily("migbot_index", "The index that serves", {"build_id": build_id})


class MetricsServer:
    """Serves metrics on a port of this machine's own address."""

    def __init__(self, metrics: Metrics, port: int) -> None:
        """Listen on `port`.

        Raises:
            UsageError: the port is taken.
        """
        server: tuple[WSGIServer, Thread]
        try:
            server = start_http_server(port, HOST, metrics.registry)
        except OSError as error:
            raise UsageError(
                f"cannot serve metrics on {HOST}:{port} ({error.strerror or error}): "
                "stop what uses the port, or choose another with MIGBOT_METRICS_PORT"
            ) from error
        self._server, self._thread = server

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
