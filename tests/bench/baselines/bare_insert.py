"""An endpoint that inserts one row, on the same server: no middleware, nobody is asked who they are.

`gunicorn -c chatbot/gunicorn.py tests.bench.baselines.bare_insert:application`
"""

import os
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "tests.bench.baselines.bare_urls"
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
django_application = get_asgi_application()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for done in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{done}.complete"})
    else:
        await django_application(scope, receive, send)
