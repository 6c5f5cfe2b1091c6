import json
from collections.abc import Iterable, Iterator
from typing import Self

from prometheus_client import Metric, generate_latest
from prometheus_client.registry import Collector

# Figures that say how bad it is at worst, or that are one and the same for all.
AT_WORST = frozenset({"chatbot_listener_lag_seconds", "process_start_time_seconds"})

Labels = tuple[tuple[str, str], ...]


class Sheet(Collector):
    """The figures of one process at one moment, or of several together: then sums, or what is worst."""

    def __init__(self, metrics: Iterable[Metric] = ()) -> None:
        self._heads: dict[str, tuple[str, str]] = {}
        self._values: dict[str, dict[tuple[str, Labels], float]] = {}
        for metric in metrics:
            self._heads[metric.name] = metric.documentation, metric.type
            self._values[metric.name] = {
                (sample.name, tuple(sorted(sample.labels.items()))): sample.value
                for sample in metric.samples
                if not sample.name.endswith("_created")
            }

    def add(self, other: Self) -> None:
        for name, head in other._heads.items():
            self._heads.setdefault(name, head)
            values = self._values.setdefault(name, {})
            for key, value in other._values[name].items():
                known = values.get(key, 0.0)
                values[key] = max(known, value) if name in AT_WORST else known + value

    def keep_what_grows(self) -> None:
        """What is left of a process that has ended: its counts, and none of its gauges."""
        for name in [name for name, (_, kind) in self._heads.items() if kind == "gauge"]:
            del self._heads[name], self._values[name]

    def collect(self) -> Iterator[Metric]:
        for name, (documentation, kind) in self._heads.items():
            metric = Metric(name, documentation, kind)
            for (sample, labels), value in self._values[name].items():
                metric.add_sample(sample, dict(labels), value)
            yield metric

    @property
    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self)

    def dumps(self) -> bytes:
        metrics = [
            [name, *head, [[*key, value] for key, value in self._values[name].items()]]
            for name, head in self._heads.items()
        ]
        return json.dumps(metrics).encode()

    @classmethod
    def loads(cls, dumped: bytes) -> Self:
        """Raises ValueError for what is none."""
        sheet = cls()
        for name, documentation, kind, values in json.loads(dumped):
            sheet._heads[name] = documentation, kind
            sheet._values[name] = {
                (sample, tuple((label, said) for label, said in labels)): value
                for sample, labels, value in values
            }
        return sheet
