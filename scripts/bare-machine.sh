#!/usr/bin/env bash
# What the tests need beside Python packages, from Debian and from npm (the axe rules, a log reader of somebody else's, a provider of sign-in, React).
# Root with apt-get installs what is missing; anyone else is told, and the tests that need it skip with the reason.
set -u
cd "$(dirname "$0")/.."

missing=""
command -v chromium >/dev/null || missing="$missing chromium fonts-dejavu-core"
[ -n "$(fc-list :lang=ja 2>/dev/null)" ] || missing="$missing fontconfig fonts-ipafont-gothic"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod ] || missing="$missing golang-go golang-golang-x-mod-dev"
command -v swift-proxy-server >/dev/null && command -v swift-object-server >/dev/null \
  || missing="$missing swift swift-proxy swift-account swift-container swift-object"
command -v softhsm2-util >/dev/null || missing="$missing softhsm2"
[ -n "${JAVA_HOME:-}" ] || command -v java >/dev/null || missing="$missing openjdk-17-jre-headless"
command -v strace >/dev/null || missing="$missing strace"
command -v mkfs.ext4 >/dev/null || [ -x /usr/sbin/mkfs.ext4 ] || missing="$missing e2fsprogs"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing$missing ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/tmp/sayso-apt.log 2>&1 \
      || { echo "apt-get could not install$missing; the end of its log:"; tail -5 /tmp/sayso-apt.log; }
  else
    echo "missing:$missing; the tests that need it will skip (apt-get install$missing)"
  fi
fi

for part in "tests/browser node_modules/axe-core the axe tests" "tests/log/interop node_modules/@sigstore/verify the tests of other people's log readers" \
  "tests/oidc node_modules/oidc-provider the tests of sign-in at a provider" \
  "examples/react node_modules/react-dom the test of the wrapper for React"; do
  read -r folder made what <<<"$part"
  if [ -f "$folder/package-lock.json" ] && [ ! -d "$folder/$made" ]; then
    if command -v npm >/dev/null; then
      npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent || echo "npm could not install for $folder; $what will skip"
    else
      echo "missing: npm; $what will skip (apt-get install npm)"
    fi
  fi
done
exit 0
