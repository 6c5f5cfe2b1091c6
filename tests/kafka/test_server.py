import socket

from confluent_kafka.admin import AdminClient

from tests.brokers import Broker


def test_each_kind_of_broker_answers_for_itself(broker: Broker) -> None:
    client = AdminClient({"bootstrap.servers": broker.bootstrap_servers})

    brokers = client.list_topics(timeout=5).brokers

    assert len(brokers) == 1


def test_the_real_broker_comes_back_on_its_address_after_kill_9(real_kafka: Broker) -> None:
    server = real_kafka.server
    assert server is not None

    server.kill()

    host, port = real_kafka.bootstrap_servers.split(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(port))) != 0

    server.start()

    assert AdminClient({"bootstrap.servers": real_kafka.bootstrap_servers}).list_topics(timeout=5).brokers
