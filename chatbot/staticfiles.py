from inspect import iscoroutinefunction
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.utils.decorators import sync_and_async_middleware
from servestatic.middleware import ServeStaticMiddleware


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Hashed names that hold inside ES modules too: what they import is renamed along with them."""

    support_js_module_import_aggregation = True


@sync_and_async_middleware
def serve_static(get_response: Any) -> Any:
    """Files, in Django's own async chain; the calls' sync chain never gets their paths."""
    return ServeStaticMiddleware(get_response) if iscoroutinefunction(get_response) else get_response
