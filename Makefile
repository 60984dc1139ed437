# make            the libraries as they ship, in build/lib, and the examples
# make install    them, the header and uploadcare.pc below PREFIX (and DESTDIR)
# make demo       the groups of a project: the emulator's, or with keys in the environment yours
# make check      every test
# make bench      how fast it is, beside what a C programmer would write instead
# make header     include/uploadcare.h from src/ffi

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
CARGO ?= cargo
OBJCOPY ?= objcopy
STRIP ?= strip
CFLAGS ?= -O2 -Wall -Wextra

VERSION := $(shell sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q;}' Cargo.toml)
TARGET := $(or $(CARGO_TARGET_DIR),target)
LIB := build/lib
EXAMPLES := $(patsubst examples-c/%.c,build/examples/%,$(wildcard examples-c/*.c))
# What the archive needs beside what a C compiler links anyway.
NATIVE_LIBS := -lutil -lrt -lpthread -lm -ldl

all: lib examples

lib: $(LIB)/libuploadcare.so $(LIB)/libuploadcare.a

# One object with uc_* global and all else local: two Rust archives can meet in one program, and
# nobody's symbols clash with those of the crates inside. Each flag is needed: without the groups
# forced, hidden symbols of the unwinder collide; the LLVM sections stop some versions of ar.
build/uploadcare.o: FORCE
	@echo "Building the library; the first time this downloads crates and takes a few minutes."
	$(CARGO) build --release --package uploadcare
	@mkdir -p $(LIB) build/symbols
	@cmp -s $(TARGET)/release/libuploadcare.a build/whole.a && test -e $@ || { set -e; \
	    cp $(TARGET)/release/libuploadcare.a build/whole.a; \
	    $(LD) -r --force-group-allocation --whole-archive build/whole.a -o build/all.o; \
	    $(OBJCOPY) --wildcard --keep-global-symbol='uc_*' --remove-section=.llvmbc \
	        --remove-section=.llvmcmd --strip-debug build/all.o $@; \
	    rm -f build/all.o; }

# Here uc_free() and uc_version() have only the names that the header gives them: another library that
# is linked with the program may have its own.
$(LIB)/libuploadcare.a: build/uploadcare.o
	$(OBJCOPY) --localize-symbol=uc_free --localize-symbol=uc_version $< build/archive.o
	rm -f $@
	$(AR) rcs $@ build/archive.o
	rm -f build/archive.o

# Linked here because cargo has a version script of its own, beside which there can be no other: the
# node says whose functions a program was linked with. The library's calls of its own functions are
# bound here. It stays loaded after dlclose(), since a look-up of a name that hangs in the system runs on.
# The names of the functions inside stay in build/symbols, for debuggers and valgrind.
$(LIB)/libuploadcare.so: build/uploadcare.o uploadcare.map
	$(CC) -shared -Wl,-soname,libuploadcare.so.0 -Wl,--version-script=uploadcare.map \
	    -Wl,-Bsymbolic-functions -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodelete,-z,defs $(LDFLAGS) \
	    $< -o build/symbols/libuploadcare.so.0 -Wl,--as-needed $(NATIVE_LIBS)
	$(STRIP) -o $(LIB)/libuploadcare.so.0 build/symbols/libuploadcare.so.0
	ln -sf libuploadcare.so.0 $@

examples: $(EXAMPLES)

build/examples/%: examples-c/%.c include/uploadcare.h | lib
	@mkdir -p build/examples
	$(CC) -std=c99 $(CFLAGS) -Iinclude $< -o $@ -L$(LIB) -luploadcare -lpthread -Wl,-rpath,'$$ORIGIN/../lib'

build/uploadcare.pc: uploadcare.pc.in FORCE
	@mkdir -p build
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@NATIVE_LIBS@|$(NATIVE_LIBS)|' $< > $@

# Only copies, so that it can be root's after a `make` that was not.
install: build/uploadcare.pc
	@test -e $(LIB)/libuploadcare.a || { echo "make install: run \`make\` first"; exit 1; }
	install -d $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 include/uploadcare.h $(DESTDIR)$(INCLUDEDIR)
	install -m 755 $(LIB)/libuploadcare.so.0 $(DESTDIR)$(LIBDIR)
	ln -sf libuploadcare.so.0 $(DESTDIR)$(LIBDIR)/libuploadcare.so
	install -m 644 $(LIB)/libuploadcare.a $(DESTDIR)$(LIBDIR)
	install -m 644 build/uploadcare.pc $(DESTDIR)$(LIBDIR)/pkgconfig

demo: build/examples/list_groups
	@sh tests/demo.sh

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	$(CARGO) test --workspace --quiet

bench: lib
	@sh benches/run.sh

header:
	UPDATE=1 $(CARGO) test --quiet --test header -- include_uploadcare_h_is_up_to_date

clean:
	$(CARGO) clean
	rm -rf build

FORCE:
.PHONY: all lib examples install demo check bench header clean FORCE
