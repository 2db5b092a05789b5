"""docs/watching.md speaks of metrics and troubles that there are."""

from __future__ import annotations

import re

import pytest
import yaml
from prometheus_client.metrics_core import Metric

from mailbot.service.instruments import INSTRUMENTS
from mailbot.service.metrics import Gauges
from mailbot.tickets.trouble import Kind
from tests.service.bench import bench_in
from tests.test_docs import HOME, fenced

PAGE = HOME / "docs" / "watching.md"
TEXT = PAGE.read_text(encoding="utf-8")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum", ""), "info": ("_info",), "gauge": ("",)}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Metric]:
    """Every metric of ours, by each name that a question may use."""
    with bench_in(tmp_path_factory.mktemp("watching")) as bench:
        metrics = [*INSTRUMENTS.collect(), *Gauges(bench.office).collect()]
    ours = [metric for metric in metrics if metric.name.startswith("mailbot_")]
    return {metric.name + suffix: metric for metric in ours for suffix in SUFFIXES[metric.type]}


def test_every_metric_of_the_page_exists(there: dict[str, Metric]):
    named = set(re.findall(r"\bmailbot_\w+", TEXT))

    assert named - set(there) == set()


def test_every_metric_that_exists_stands_in_the_page(there: dict[str, Metric]):
    told = set(re.findall(r"`(mailbot_\w+)`", TEXT.partition("### Alert rules")[0]))

    assert {metric.name for metric in there.values()} == {there[name].name for name in told}


def test_every_trouble_stands_in_the_page():
    told = re.findall(r"^\| `(\w+)` \|", TEXT.partition("## By HTTP")[0], re.MULTILINE)

    assert sorted(told) == sorted(Kind)


def test_the_alert_rules_are_rules():
    (block,) = fenced(PAGE, "yaml")
    (group,) = yaml.safe_load(block)["groups"]

    assert group["name"] == "mailbot"
    for rule in group["rules"]:
        assert rule.keys() - {"for"} == {"alert", "expr", "annotations"}
        assert re.fullmatch(r"Mailbot[A-Z]\w+", rule["alert"])
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
