#!/usr/bin/env bash
# Resolve pyproject.toml into requirements.lock (to run) and requirements-dev.lock (to test).
# torch is left out: its CPU and GPU builds differ in hash, so the Makefile pins it by version.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes \
        --no-emit-package torch --no-header --no-emit-index-url --no-emit-find-links --quiet "$@"
}
compile --group build -o requirements.lock
compile --group build --group dev -c requirements.lock -o requirements-dev.lock
