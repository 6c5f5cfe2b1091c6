"""What ends somebody's open streams: a logout, another password, deactivation, removal.

A queryset's `update()` sends no signals: who changes users that way calls `end_streams` too.
"""

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save, pre_delete, pre_save

from conversations.models import User
from conversations.telling.news import end_streams

ENDS_STREAMS = "_ends_streams"


def connect() -> None:
    user_logged_out.connect(_logged_out, dispatch_uid="end streams at logout")
    pre_save.connect(_about_to_be_saved, sender=User, dispatch_uid="notice lost access")
    post_save.connect(_saved, sender=User, dispatch_uid="end streams at lost access")
    pre_delete.connect(_about_to_be_deleted, sender=User, dispatch_uid="end streams at removal")


def _logged_out(sender: object, user: User | None, **kwargs: object) -> None:
    if user is not None:
        end_streams(user)


def _about_to_be_saved(
    sender: object, instance: User, update_fields: frozenset[str] | None, **kwargs: object
) -> None:
    if update_fields is not None and not update_fields & {"password", "is_active"}:
        return
    before = User.objects.filter(pk=instance.pk).only("password", "is_active", "session_generation").first()
    if before is None:
        return
    # The row's generation may have risen since this user was read: a whole save must not lower it.
    instance.session_generation = before.session_generation
    vars(instance)[ENDS_STREAMS] = _loses_access(before, instance)


def _saved(sender: object, instance: User, **kwargs: object) -> None:
    if vars(instance).pop(ENDS_STREAMS, False):
        end_streams(instance)


def _about_to_be_deleted(sender: object, instance: User, **kwargs: object) -> None:
    end_streams(instance)


def _loses_access(before: User, after: User) -> bool:
    return before.password != after.password or (before.is_active and not after.is_active)
