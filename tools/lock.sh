#!/bin/bash
# Renew the lock files from their .in files: every package pinned with hashes, no download address written down.
set -euo pipefail
cd "$(dirname "$0")/../requirements"
options=(--quiet --generate-hashes --allow-unsafe --strip-extras --no-header --annotation-style=line
         --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options)
for name in runtime dev; do
    pip-compile "${options[@]}" "$@" --output-file "$name.lock" "$name.in"
done
