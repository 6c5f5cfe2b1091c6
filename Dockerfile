# The service's one image: the web process by default, `python manage.py runbot` for a worker.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/srv/static

WORKDIR /srv/chatbot

# Before the code: this layer is kept until the lock changes.
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt

# What else is wanted, such as "pydantic-ai-slim[anthropic]": PACKAGES in .env.example.
ARG PACKAGES=""
RUN set -f; test -z "$PACKAGES" || pip install --no-cache-dir --disable-pip-version-check $PACKAGES

COPY . .

# collectstatic reads the settings, and asks no database.
RUN SECRET_KEY=unused DATABASE_URL=postgresql://unused@localhost/unused \
    python manage.py collectstatic --noinput \
    && useradd --system --no-create-home chatbot

USER chatbot
EXPOSE 8000

# `exec` form: SIGTERM reaches gunicorn itself.
CMD ["gunicorn", "--config", "chatbot/gunicorn.py", "--bind", "0.0.0.0:8000", "chatbot.asgi:application"]
