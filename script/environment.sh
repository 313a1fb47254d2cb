# Sourced by every script: this repository's root, and Node 24 from node_modules first in PATH, whatever Node
# the machine has. No side effect but these.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
export PATH="$root/node_modules/.bin:$PATH"
export NODE_NO_WARNINGS=1
