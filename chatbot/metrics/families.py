"""Shorter words for what prometheus-client calls metric families."""

from collections.abc import Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Numbers = Mapping[str, float] | float


def counter(name: str, says: str, numbers: Numbers, *, labels: str = "") -> CounterMetricFamily:
    """One number, or one for each value of the label; of several labels both names and values have spaces
    between them. The name ends in `_total` when it is read.
    """
    family = CounterMetricFamily(name, says, labels=labels.split())
    for values, number in _by_values(numbers):
        family.add_metric(values, number)
    return family


def gauge(name: str, says: str, numbers: Numbers, *, labels: str = "") -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=labels.split())
    for values, number in _by_values(numbers):
        family.add_metric(values, number)
    return family


def _by_values(numbers: Numbers) -> list[tuple[list[str], float]]:
    if isinstance(numbers, Mapping):
        return [(values.split(), number) for values, number in numbers.items()]
    return [([], numbers)]
