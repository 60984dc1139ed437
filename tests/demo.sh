#!/bin/sh
# `make demo`: lists the groups of a project. With keys in the environment those of the service,
# without them 250 of an emulator that runs as long as the listing.
set -eu

if [ -n "${UPLOADCARE_PUBLIC_KEY:-}" ] && [ -n "${UPLOADCARE_SECRET_KEY:-}" ]; then
    exec build/examples/list_groups --newest
fi

"${CARGO:-cargo}" build --release --package uploadcare-emulator
said=$(mktemp)
"${CARGO_TARGET_DIR:-target}/release/uploadcare-emulator" --groups 250 > "$said" &
emulator=$!
trap 'kill $emulator; rm -f "$said"' EXIT

address=
while [ -z "$address" ]; do
    kill -0 $emulator
    address=$(sed -n 's/^uploadcare-emulator: listening on //p' "$said")
    sleep 0.1
done

UPLOADCARE_API_BASE=$address UPLOADCARE_PUBLIC_KEY=demopublickey UPLOADCARE_SECRET_KEY=demosecretkey \
    build/examples/list_groups --newest
echo
echo "These 250 groups are an emulator's. With UPLOADCARE_PUBLIC_KEY and UPLOADCARE_SECRET_KEY in the"
echo "environment, make demo lists those of your project."
