from django.contrib.auth.views import LogoutView
from django.urls import path

from conversations.pages.accounts import Login, signup
from conversations.pages.chat import conversation, home
from conversations.pages.deletion import delete

urlpatterns = [
    path("", home, name="home"),
    path("c/<uuid:conversation_id>/", conversation, name="conversation"),
    path("c/<uuid:conversation_id>/delete", delete, name="delete"),
    path("accounts/login", Login.as_view(), name="login"),
    path("accounts/signup", signup, name="signup"),
    path("accounts/logout", LogoutView.as_view(), name="logout"),
]
