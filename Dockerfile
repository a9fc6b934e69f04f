# One image for web, worker and beat; runs as a user without rights.
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /app portal \
 && install -d -o portal -g portal /var/portal
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Nothing of the build needs the database; the secret only lets the settings load.
RUN SECRET_KEY=build-only DATABASE_URL=sqlite:////tmp/build.sqlite3 VAR_DIR=/app/var \
    sh -c 'python manage.py catalogues compile && python manage.py collectstatic --noinput -v0' \
 && mv var/static /app/static-built && rm -rf var
ENV PYTHONUNBUFFERED=1 VAR_DIR=/var/portal STATIC_DIR=/app/static-built
USER portal
EXPOSE 8000
ENTRYPOINT ["/app/tools/entrypoint.sh"]
CMD ["web"]
