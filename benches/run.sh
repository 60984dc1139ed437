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
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
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

# The official SDKs, where the emulator's tests install theirs.
export SDKS="$TARGET/tmp/sdks"
if ! "$SDKS/python/bin/python" -c 'import pyuploadcare' 2>/dev/null; then
    python3 -m venv --clear "$SDKS/python"
    "$SDKS/python/bin/python" -m pip install --quiet --disable-pip-version-check pyuploadcare==6.3.0
fi
if [ ! -e "$SDKS/javascript/node_modules/@uploadcare/upload-client" ]; then
    mkdir -p "$SDKS/javascript"
    npm install --silent --no-audit --no-fund --prefix "$SDKS/javascript" @uploadcare/upload-client@6.21.0
fi
# Node looks for packages where the script is.
cp benches/upload_sdk.mjs "$SDKS/javascript"

for program in listing requests upload; do
    compile benches/$program.c -o $BUILD/$program -Lbuild/lib -luploadcare -Wl,-rpath,"$PWD/build/lib"
done
compile benches/yardstick.c $BUILD/yyjson/yyjson.c -o $BUILD/yardstick -lcurl -lcrypto
compile benches/upload_yardstick.c $BUILD/yyjson/yyjson.c -o $BUILD/upload_yardstick -lcurl -lpthread
compile benches/measure.c -o $BUILD/measure
compile -shared -fPIC benches/allocations.c -o $BUILD/allocations.so
${CARGO:-cargo} build --release --quiet --package uploadcare-emulator

for benchmark in listings uploads; do
    PYTHONDONTWRITEBYTECODE=1 python3 benches/$benchmark.py "$TARGET/release/uploadcare-emulator" $BUILD \
        build/lib/libuploadcare.so
done
