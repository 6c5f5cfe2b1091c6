from chatbot import settings as present

globals().update({name: getattr(present, name) for name in dir(present) if name.isupper()})

INSTALLED_APPS = [*present.INSTALLED_APPS, "tests.end_to_end.next_version"]
MIGRATION_MODULES = {"conversations": "tests.end_to_end.next_version.conversations_migrations"}
