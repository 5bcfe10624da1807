# The portal's image: web server, worker, beat and commands are the same, started differently.
# Built with `docker compose build`; docs/operating.md has the rest.

# --- Made here, and copied below without the tools that made it
FROM python:3.13-slim-trixie AS made
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /venv
COPY requirements.lock /tmp/
RUN /venv/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: \
        --requirement /tmp/requirements.lock
WORKDIR /app
COPY . .
# Fonts, translations and static files. The key is for this command alone and is kept nowhere: the
# portal signs with the one that it is given when it starts.
RUN SECRET_KEY="$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')" VAR_DIR=/srv/vx/var \
        /venv/bin/python manage.py build \
    && /venv/bin/python -m compileall -q /app

# --- What runs
FROM python:3.13-slim-trixie
# Pango and HarfBuzz make PDFs; PostgreSQL's tools make backups.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vx \
    && useradd --uid 10001 --gid vx --no-create-home --home-dir /srv/vx --shell /usr/sbin/nologin vx \
    && install --directory --owner=vx --group=vx --mode=0750 \
        /srv/vx/media /srv/vx/pages /srv/vx/backups /srv/vx/beat /srv/vx/seals
COPY --from=made /venv /venv
COPY --from=made /srv/vx/var /srv/vx/var
COPY --from=made /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/srv/vx/var MEDIA_ROOT=/srv/vx/media
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["gunicorn", "--config=python:vx_portal.gunicorn_conf", "--bind=0.0.0.0:8000"]
