#!/bin/sh
# How fast the library is, beside what a C programmer would write instead. `make bench` runs this
# when build/lib is made. ROUNDS=5 makes it shorter.
set -eu
cd "$(dirname "$0")/.."
BUILD=build/bench
TARGET=${CARGO_TARGET_DIR:-target}
CC=${CC:-cc}
mkdir -p $BUILD

compile() {
    "$CC" -std=gnu11 -O2 -Wall -Wextra -Iinclude -I$BUILD/yyjson "$@"
}

# What is missing is installed where that can be done, and named where it cannot.
missing=
echo '#include <curl/curl.h>' | compile -E - >/dev/null 2>&1 || missing="$missing libcurl4-openssl-dev"
echo '#include <openssl/hmac.h>' | compile -E - >/dev/null 2>&1 || missing="$missing libssl-dev"
command -v python3 >/dev/null || missing="$missing python3"
test -e $BUILD/yyjson/yyjson.c || python3 -m pip --version >/dev/null 2>&1 || missing="$missing python3-pip"
if [ -n "$missing" ]; then
    install="apt-get install --yes --no-install-recommends$missing"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "make bench needs$missing. On Debian: sudo $install" >&2
        exit 1
    fi
    apt-get update -qq
    $install
fi

# yyjson's source, by way of the Python package that carries it.
if [ ! -e $BUILD/yyjson/yyjson.c ]; then
    rm -rf $BUILD/fetched
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
        --dest $BUILD/fetched yyjson==4.0.6
    tar -xzf $BUILD/fetched/yyjson-4.0.6.tar.gz -C $BUILD/fetched
    mv $BUILD/fetched/yyjson-4.0.6/yyjson $BUILD/yyjson
    rm -rf $BUILD/fetched
fi

for program in listing requests; do
    compile benches/$program.c -o $BUILD/$program -Lbuild/lib -luploadcare -Wl,-rpath,"$PWD/build/lib"
done
compile benches/yardstick.c $BUILD/yyjson/yyjson.c -o $BUILD/yardstick -lcurl -lcrypto
compile benches/measure.c -o $BUILD/measure
compile -shared -fPIC benches/allocations.c -o $BUILD/allocations.so
${CARGO:-cargo} build --release --quiet --package uploadcare-emulator

exec python3 benches/compare.py "$TARGET/release/uploadcare-emulator" $BUILD build/lib/libuploadcare.so
