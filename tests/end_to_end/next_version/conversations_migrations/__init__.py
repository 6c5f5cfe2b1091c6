"""The present migrations, and one more."""

from conversations import migrations as present

__path__ = [*present.__path__, *__path__]
