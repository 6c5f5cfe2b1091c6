from django.contrib.auth.views import LogoutView
from django.urls import path

from conversations.pages.accounts import Login, signup
from conversations.pages.chat import conversation, home
from conversations.pages.choices import cancel, decide, regenerate
from conversations.pages.deletion import delete

urlpatterns = [
    path("", home, name="home"),
    path("c/<uuid:conversation_id>/", conversation, name="conversation"),
    path("c/<uuid:conversation_id>/delete", delete, name="delete"),
    path("c/<uuid:conversation_id>/<uuid:reply_id>/cancel", cancel, name="cancel"),
    path("c/<uuid:conversation_id>/<uuid:reply_id>/regenerate", regenerate, name="regenerate"),
    path(
        "c/<uuid:conversation_id>/<uuid:reply_id>/tools/<int:ordinal>/<str:decision>", decide, name="decide"
    ),
    path("accounts/login", Login.as_view(), name="login"),
    path("accounts/signup", signup, name="signup"),
    path("accounts/logout", LogoutView.as_view(), name="logout"),
]
