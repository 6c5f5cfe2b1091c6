"""Django's settings, read from the environment (`.env.example` lists every variable)."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from chatbot.environment import (
    database,
    endpoint,
    flag,
    hosts,
    librdkafka,
    matching,
    number,
    secret,
    text,
    words,
)
from chatbot.logs import logging_of
from chatbot.postgresql.patience import PatientConnection
from chatbot.tools.mcp.configuration import servers

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Security ---------------------------------------------------------------------------------------------
DEBUG = flag("DEBUG", default=False)
SECRET_KEY = text("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: give a long random string that stays the same, "
        "or use `make run`, which makes one and keeps it"
    )
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
HTTPS = flag("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("TRUST_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
IMAGE_HOSTS = hosts("IMAGE_HOSTS")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *(f"https://{host}" for host in sorted(IMAGE_HOSTS))],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Django -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "chatbot",
    "chatbot.knowledge",
    "chatbot.tools.booking",
    "conversations",
    "streaming",
    "ninja",
    "csp",
    "servestatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "chatbot.staticfiles.serve_static",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
]
# For streams and polls alone, instead of the above: async factories that never leave the event loop.
STREAM_MIDDLEWARE = ["chatbot.requests.named", "chatbot.guard.guarded"]
ROOT_URLCONF = "chatbot.urls"
ASGI_APPLICATION = "chatbot.asgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

# --- PostgreSQL -------------------------------------------------------------------------------------------
# Under ASGI a connection that outlives its request is never used again (CONN_MAX_AGE stays 0): the pool
# keeps them instead.
DATABASES: dict[str, dict[str, Any]] = {"default": database("DATABASE_URL")}
# A process that stops in the middle of a transaction must not keep its locks, nor anybody wait for them.
# One that vanished without a word is given up after some seconds, and none is handed out unseen: the engine
# asks each (so the pool need not), and a pool that failed to reconnect for 2 s tries again when it is asked.
DATABASES["default"]["ENGINE"] = "chatbot.postgresql"
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "options": "-c idle_in_transaction_session_timeout=15s -c lock_timeout=10s",
    **DATABASES["default"].get("OPTIONS", {}),
    "pool": {
        "min_size": 1,
        "max_size": number("DATABASE_POOL_SIZE", 16, low=2, high=500),
        "timeout": 3,
        "reconnect_timeout": 2,
        "connection_class": PatientConnection,
    },
}

# --- People -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "conversations.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "conversations.identity.sessions"
SESSION_COOKIE_AGE = 90 * 24 * 3600
ALLOW_GUESTS = flag("ALLOW_GUESTS", default=True)

# --- Static files -----------------------------------------------------------------------------------------
# With STATIC_ROOT: what `collectstatic` put there, under hashed names. Without: straight from the source.
STATIC_URL = "/static/"
STATIC_ROOT = text("STATIC_ROOT") or None
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = not STATIC_ROOT
SERVESTATIC_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "chatbot.staticfiles.ModuleManifestStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Kafka ------------------------------------------------------------------------------------------------
KAFKA = librdkafka(dict(os.environ))
KAFKA.setdefault("bootstrap.servers", "")
TOPIC_PREFIX = matching("TOPIC_PREFIX", r"[A-Za-z0-9._-]{0,100}", "")
TOPIC_PARTITIONS = number("TOPIC_PARTITIONS", 12, low=1, high=10_000)
STREAM_EPOCH = text("STREAM_EPOCH")
STREAMS_PER_USER = number("STREAMS_PER_USER", 100, low=1, high=1_000_000)
STREAMS_PER_PROCESS = number("STREAMS_PER_PROCESS", 10_000, low=1, high=1_000_000)

# --- The worker and its bots ------------------------------------------------------------------------------
# What names a model is refused only where the model is the bot: elsewhere nobody may ever ask it.
LLM_MODEL = text("LLM_MODEL")
LLM_BASE_URL = text("LLM_BASE_URL")
LLM_API_KEY = text("LLM_API_KEY")
LLM_PROMPT = (
    text("LLM_PROMPT") or "You are a friendly assistant. Be brief and exact, and say what you do not know."
)
LLM_HISTORY_TOKENS = number("LLM_HISTORY_TOKENS", 8_000, low=0, high=10_000_000)
BOT = text("BOT") or ("llm" if LLM_MODEL else "knowledge")
BOTS = {
    "knowledge": "chatbot.bots.knowledge.KnowledgeBot",
    "langchain": "chatbot.bots.langchain.LangchainBot",
    "llm": "chatbot.bots.llm.bot.LlmBot",
    "script": "chatbot.bots.script.ScriptBot",
}
if BOT == "llm":
    endpoint(LLM_MODEL, LLM_BASE_URL, LLM_API_KEY)
LANGCHAIN_RUNNABLE = text("LANGCHAIN_RUNNABLE")
if BOT == "langchain" and "." not in LANGCHAIN_RUNNABLE:
    raise ImproperlyConfigured(
        "LANGCHAIN_RUNNABLE must be the dotted path of a runnable, such as chains.answering "
        "(BOT is langchain; see .env.example)"
    )
# What bots may call, by the name they call it by: the dotted path of a function (docs/bots.md, "A tool").
TOOLS: dict[str, str] = {}
if flag("EXAMPLE_TOOLS", default=True):
    TOOLS |= {
        "find_appointments": "chatbot.tools.booking.tools.find",
        "my_appointments": "chatbot.tools.booking.tools.mine",
        "book_appointment": "chatbot.tools.booking.tools.book",
        "cancel_appointment": "chatbot.tools.booking.tools.cancel",
        "troubleshoot": "chatbot.tools.troubleshooting.tools.troubleshoot",
    }
MCP_SERVERS = servers(
    words("MCP_SERVERS"),
    headers=words("MCP_HEADERS"),
    environment=words("MCP_ENVIRONMENT"),
    asks=words("MCP_ASKS"),
)
MCP_CALL_SECONDS = number("MCP_CALL_SECONDS", 60, low=1, high=600)
TOOL_APPROVAL_SECONDS = number("TOOL_APPROVAL_SECONDS", 900, low=1, high=86_400)
TITLES = matching("TITLES", r"|off|\w+(?:\.\w+)+", "")
if TITLES in ("", "off"):
    TITLES = "chatbot.bots.llm.title.title_of" if LLM_MODEL and not TITLES else ""
WORKER_CONCURRENCY = number("WORKER_CONCURRENCY", 64, low=1, high=10_000)
WORKER_DRAIN_SECONDS = number("WORKER_DRAIN_SECONDS", 20, low=0, high=3600)
WORKER_LIVENESS_FILE = text("WORKER_LIVENESS_FILE") or None
BOT_TOKEN_SECONDS = number("BOT_TOKEN_SECONDS", 60, low=1, high=86_400)
BOT_ANSWER_SECONDS = number("BOT_ANSWER_SECONDS", 600, low=1, high=86_400)

# --- The knowledge ----------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000  # the form says that 50 are enough; beyond this a request makes no sense
EMBEDDINGS_BASE_URL = matching("EMBEDDINGS_BASE_URL", r"|https?://\S+", "")
EMBEDDINGS_MODEL = text("EMBEDDINGS_MODEL")
EMBEDDINGS_API_KEY = text("EMBEDDINGS_API_KEY")
if EMBEDDINGS_BASE_URL and not EMBEDDINGS_MODEL:
    raise ImproperlyConfigured("EMBEDDINGS_MODEL is not set: EMBEDDINGS_BASE_URL needs the name of a model")

# --- Figures ----------------------------------------------------------------------------------------------
METRICS_TOKEN = secret("METRICS_TOKEN")
WORKER_METRICS_ADDRESS = text("WORKER_METRICS_ADDRESS", "127.0.0.1")
WORKER_METRICS_PORT = number("WORKER_METRICS_PORT", 0, low=0, high=65_535)

# --- Logs -------------------------------------------------------------------------------------------------
LOG_LEVEL = matching("LOG_LEVEL", "DEBUG|INFO|WARNING|ERROR", "INFO")
LOG_FORMAT = matching("LOG_FORMAT", "line|json", "line")
LOGGING_CONFIG = "chatbot.logs.configure"
LOGGING = logging_of(LOG_LEVEL, LOG_FORMAT)
