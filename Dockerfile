FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MODE=production
WORKDIR /callboard

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
# Collecting static files uses no secrets and no database; these keys are generated only for this step.
RUN new_key() { python -c 'import secrets; print(secrets.token_urlsafe(48))'; } \
    && SECRET_KEY="$(new_key)" ENCRYPTION_KEY="$(new_key)" ALLOWED_HOSTS=build python manage.py collectstatic --noinput \
    && useradd --system --create-home callboard && mkdir -p -m 700 var && chown callboard var

USER callboard
EXPOSE 8000
# Requests are not logged, because URLs contain secrets, such as a gateway's key or the token of a link in an e-mail.
CMD ["uvicorn", "workspace.config.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
    "--log-level", "warning", "--no-server-header", "--http", "workspace.server.protocol:BoundedProtocol"]
