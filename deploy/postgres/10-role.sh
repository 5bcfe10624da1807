#!/bin/sh
# Run by PostgreSQL's image once, when it has made the database.
set -eu
run() { psql -X -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }
password=$(cat /run/secrets/postgres-app-password)
echo "CREATE ROLE vx_app LOGIN PASSWORD :'password';" | run -v password="$password"
run --file /etc/vx/rights.sql
