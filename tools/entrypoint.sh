#!/bin/sh
# What a container does: web | worker | beat | any command of manage.py.
set -eu
case "${1:-web}" in
  web)
    python manage.py migrate --noinput -v0
    python manage.py createcachetable
    exec gunicorn portal.wsgi --preload --bind 0.0.0.0:8000 --workers "${WEB_WORKERS:-2}" --threads "${WEB_THREADS:-4}" --worker-tmp-dir /dev/shm ;;
  worker) exec celery -q -A portal worker --loglevel WARNING --without-gossip --without-mingle ;;
  beat) exec celery -q -A portal beat --loglevel WARNING --schedule /tmp/beat-schedule ;;
  *) exec python manage.py "$@" ;;
esac
