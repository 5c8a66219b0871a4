#!/bin/bash
# Prints the time and one sentence. Exits 0.
set -euo pipefail

printf '%(%Y-%m-%dT%H:%M:%S%z)T\n' -1
echo "The sample task ran to its end."
