#!/usr/bin/env bash
# PostgreSQL and Redis for the tests, on this machine alone (loopback, own ports, throw-away data).
# usage: tools/services.sh start | stop | restart-postgresql | kill-postgresql | kill-redis | stop-redis | start-redis | env
set -euo pipefail

home=${SERVICES_HOME:-/tmp/socialneet-services-$(id -u)}
pg_port=${SERVICES_PG_PORT:-54329}
redis_port=${SERVICES_REDIS_PORT:-63799}
data=$home/postgresql

pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
# it answers: a process that was killed may still stand in the table of processes
postgresql_runs() { "$(pg_bin)/pg_isready" -q -h 127.0.0.1 -p "$pg_port"; }
redis_runs() { redis-cli -p "$redis_port" ping >/dev/null 2>&1; }

install_missing() {
  local missing=()
  [ -n "$(pg_bin)" ] || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  [ ${#missing[@]} = 0 ] && return
  [ "$(id -u)" = 0 ] || { echo "Install these Debian packages first: ${missing[*]}" >&2; exit 1; }
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

start_postgresql() {
  postgresql_runs && return
  mkdir -p "$home"
  if [ ! -f "$data/PG_VERSION" ]; then
    rm -rf "$data"; mkdir -p "$data"
    [ "$(id -u)" = 0 ] && chown postgres "$data"
    as_postgres "$(pg_bin)/initdb" -D "$data" -U portal --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  fi
  rm -f "$data/postmaster.pid"  # left by a server that was killed; nobody answers on its port
  as_postgres "$(pg_bin)/pg_ctl" -D "$data" -w -l "$data/log" \
    -o "-p $pg_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c max_connections=200" start >/dev/null
  as_postgres "$(pg_bin)/createdb" -h 127.0.0.1 -p "$pg_port" -U portal portal 2>/dev/null || true
}

start_redis() {
  redis_runs && return
  mkdir -p "$home"
  redis-server --port "$redis_port" --bind 127.0.0.1 --daemonize yes --save "" --appendonly no \
    --dir "$home" --pidfile "$home/redis.pid" >/dev/null
  for _ in $(seq 50); do redis_runs && return; sleep 0.1; done
  echo "Redis did not start on port $redis_port" >&2; exit 1
}

case ${1:-start} in
  start) install_missing; start_postgresql; start_redis ;;
  stop)
    postgresql_runs && as_postgres "$(pg_bin)/pg_ctl" -D "$data" -m fast stop >/dev/null
    redis_runs && redis-cli -p "$redis_port" shutdown nosave >/dev/null 2>&1 ;;
  restart-postgresql)
    as_postgres "$(pg_bin)/pg_ctl" -D "$data" -m immediate -w stop >/dev/null
    start_postgresql ;;
  kill-postgresql)  # SIGKILL to all of it, as when a machine loses power; then recovery from its log
    postmaster=$(head -n 1 "$data/postmaster.pid")
    children=$(pgrep -P "$postmaster" || true)
    kill -9 "$postmaster" $children 2>/dev/null || true
    while kill -0 "$postmaster" 2>/dev/null; do sleep 0.05; done
    start_postgresql ;;
  kill-redis)  # SIGKILL: what waited in it is gone
    kill -9 "$(cat "$home/redis.pid")" 2>/dev/null || true
    while redis_runs; do sleep 0.05; done
    start_redis ;;
  stop-redis) redis-cli -p "$redis_port" shutdown nosave >/dev/null 2>&1 || true ;;
  start-redis) start_redis ;;
  env)
    echo "DATABASE_URL=postgres://portal@127.0.0.1:$pg_port/portal"
    echo "MAIL_URL=mailbox://"
    echo "REDIS_URL=redis://127.0.0.1:$redis_port/0"
    echo "SECRET_KEY=for-tests-only-$(id -u)-$(printf 'x%.0s' $(seq 50))" ;;
  *) echo "usage: $0 start|stop|restart-postgresql|kill-postgresql|kill-redis|stop-redis|start-redis|env" >&2; exit 2 ;;
esac
