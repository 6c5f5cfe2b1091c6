from chatbot import settings as present

globals().update({name: getattr(present, name) for name in dir(present) if name.isupper()})

# First: as if its models were defined so, before anything else looks at them.
INSTALLED_APPS = ["tests.end_to_end.next_version", *present.INSTALLED_APPS]
MIGRATION_MODULES = {"conversations": "tests.end_to_end.next_version.conversations_migrations"}
