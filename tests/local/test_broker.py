import subprocess
import sys

from chatbot.local.broker import EmbeddedBroker

ASK = """
import sys
from confluent_kafka.admin import AdminClient
print(len(AdminClient({"bootstrap.servers": sys.argv[1]}).list_topics(timeout=5).brokers))
"""


def asked_by_another_process(broker: EmbeddedBroker) -> str:
    command = [sys.executable, "-c", ASK, broker.bootstrap_servers]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()


def test_other_processes_reach_it() -> None:
    broker = EmbeddedBroker()
    broker.start()

    assert asked_by_another_process(broker) == "1"

    broker.stop()


def test_each_start_is_an_epoch_of_its_own_and_holds_no_dash() -> None:
    broker = EmbeddedBroker()
    epochs = set()

    broker.start()
    epochs.add(broker.epoch)
    broker.stop()
    broker.start()
    epochs.add(broker.epoch)
    broker.stop()

    assert len(epochs) == 2
    assert "-" not in "".join(epochs)
