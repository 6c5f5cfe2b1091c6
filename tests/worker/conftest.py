from tests.streaming.conftest import options, topic, topics, written

__all__ = ["options", "topic", "topics", "written"]
