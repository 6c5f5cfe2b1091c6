from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Hashed names that hold inside ES modules too: what they import is renamed along with them."""

    support_js_module_import_aggregation = True
