#!/usr/bin/env bash
# Resolve pyproject.toml into requirements.lock (to run) and requirements-dev.lock (to test), and
# what the eval's baselines need into a lock file of their own, of the same versions where shared.
# torch is left out: its CPU and GPU builds differ in hash, so the Makefile pins it by version.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile "$@" --python-version 3.11 --generate-hashes \
        --no-emit-package torch --no-header --no-emit-index-url --no-emit-find-links --quiet
}
compile pyproject.toml --group build -o requirements.lock
compile pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
compile eval/baselines/requirements.in -c requirements.lock -o eval/baselines/requirements.lock
