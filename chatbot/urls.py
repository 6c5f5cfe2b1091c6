from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from chatbot.health import healthz, readyz
from conversations.api.api import api
from conversations.listening import answer_of, feed_of
from streaming.views import answer_view, events_view

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/events", events_view(feed_of), name="events"),
    path("api/messages/<uuid:reply_id>/events", answer_view(answer_of), name="answer"),
    path("api/", api.urls),
    path("healthz", healthz),
    path("readyz", readyz),
    path("", include("chatbot.knowledge.urls")),
    path("", include("conversations.pages.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "conversations.pages.failing.failed"
