#!/usr/bin/env bash
# What the tests need beside Python packages: Debian's chromium and PostgreSQL, and the axe rules from npm.
# Root with apt-get installs what is missing; anyone else is told, and the tests that need it skip with the reason.
set -u
cd "$(dirname "$0")/.."

missing=""
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing$missing ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/tmp/sayso-apt.log 2>&1 \
      || { echo "apt-get could not install$missing; the end of its log:"; tail -5 /tmp/sayso-apt.log; }
  else
    echo "missing:$missing; the tests that need it will skip (apt-get install$missing)"
  fi
fi

if [ -f tests/browser/package-lock.json ] && [ ! -d tests/browser/node_modules/axe-core ]; then
  if command -v npm >/dev/null; then
    npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent || echo "npm could not install axe-core; the axe tests will skip"
  else
    echo "missing: npm; the axe tests will skip (apt-get install npm)"
  fi
fi
exit 0
