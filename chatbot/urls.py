from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt

from chatbot.health import healthz, readyz
from chatbot.metrics.view import metrics
from conversations.api.api import api
from conversations.streams.listening import answer_of, feed_of
from streaming.poll import poll_view
from streaming.views import answer_view, events_view

urlpatterns: list[URLPattern | URLResolver] = [
    # Read only: another method is refused as such, not for a token it lacks.
    path("api/events", csrf_exempt(events_view(feed_of)), name="events"),
    path("api/events/poll", csrf_exempt(poll_view(feed_of)), name="poll"),
    path("api/messages/<uuid:reply_id>/events", csrf_exempt(answer_view(answer_of)), name="answer"),
    path("api/", api.urls),
    # Served by a handler of their own, without MIDDLEWARE (`chatbot.asgi`).
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("", include("chatbot.knowledge.urls")),
    path("", include("conversations.pages.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "conversations.pages.failing.failed"
