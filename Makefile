# saca. `make` builds everything with the system's compiler and libraries; the lines
# under "The map" say which program is made of what.
#
#   make                   the programs, in bin/
#   make WERROR=1          the same, warnings being errors
#   make SANITIZE=1        the same under ASan and UBSan, in build/sanitize/bin
#   make fast              the same with the connection programs against musl: a start costs
#                          a third (scripts/deps fast makes build/musl)
#   make unit              the unit tests' programs, in BUILD/t/unit
#   make fuzz              the fuzzing targets, in BUILD/t/fuzz: see t/fuzz/README
#   make install           to DESTDIR and PREFIX; owners and modes of an older version stay

PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
CFLAGS ?= -O2 -g
BUILD ?= build/plain
BIN ?= bin
STATIC ?= -static
WARN := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wconversion

ifdef SANITIZE
BUILD := build/sanitize
BIN := build/sanitize/bin
CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
STATIC :=
endif
ifdef WERROR
WARN += -Werror
endif

# --- The map ------------------------------------------------------------------------
# Programs that run once a connection (static), then those run by people and cron.

CONNECTION := saca-proxy saca-tlsd saca-smtpd saca-checkpassword saca-mime saca-spool
BATCH := saca-accounts saca-import saca-list saca-queue

OBJ_saca-proxy := $(addprefix core/,ascii ip num proxy) io/ucspi
OBJ_saca-smtpd := core/smtp core/smtp_auth core/smtp_mail core/smtp_body core/reply core/esmtp core/sasl core/base64 \
	core/data core/scan core/rcptset core/siphash core/verdict core/address core/accounts_plan core/logline core/ascii core/buf core/num core/date \
	io/client io/run io/authenticate io/queue io/stay io/queueenv io/memfile io/senders io/smtplog io/cdbfile io/ucspi io/ucspitls
OBJ_saca-tlsd := core/ascii core/num io/become io/ucspi io/ucspienv io/ucspitls \
	tls/certificates tls/confine tls/hello tls/keypair tls/pem tls/pump tls/reason tls/server tls/sessions tls/sessions_file
OBJ_saca-checkpassword := io/cdbfile io/password io/privilege
OBJ_saca-mime := $(addprefix core/,ascii base64 buf header message mime mimehead mimetree num param qp scan) io/answer io/client io/fdio io/memfile io/run io/stay
OBJ_saca-spool := core/address core/ascii core/buf core/counter core/credit core/date core/envelope core/header core/num core/seen core/spoolfile core/trace core/utc \
	io/answer io/fdio io/hash io/memfile io/privilege io/spool io/spoolcount io/spoolcredit io/spooldraft io/spoolfind io/spoolkey io/spoolmessage io/spoolscan io/spoolwrite io/stay io/ucspi io/uuid
OBJ_saca-accounts := core/accounts core/accounts_fault core/accounts_plan core/address core/ascii core/buf core/num io/cdbwrite io/password io/terminal
OBJ_saca-import := $(addprefix core/,address ascii base64 buf charset cid counter credit css date encword header html \
	htmlforeign htmlmeta htmltext image iso2022jp message mime mimehead num param qp scan seen spoolfile srcset url utc utf8) \
	$(addprefix io/,fdio hash spool spoolclean spoolcount spoolcredit spoolfind spoolretire spoolscan) \
	$(addprefix store/,batch cidparts content convert convert_header decoder entry import postgres postgres_exec postgres_put \
	postgres_schema sqlite sqlite_put sqlite_schema store told watch webfolder)
OBJ_saca-list := $(addprefix core/,address ascii buf date num spoolfile utf8) \
	$(addprefix store/,listing postgres postgres_exec postgres_put postgres_schema sqlite sqlite_put sqlite_schema store)
OBJ_saca-queue := $(addprefix core/,address ascii buf counter credit date header num seen spoolfile utc utf8) \
	$(addprefix io/,fdio spool spoolclean spoolcount spoolcredit spoolfind spoolretire spoolscan spoolundo) \
	store/batch store/listing

LIB_saca-proxy := -lskarnet
LIB_saca-smtpd := -lskarnet
LIB_saca-tlsd := -lskarnet -lbearssl
LIB_saca-checkpassword := -lskarnet -lcrypt
LIB_saca-mime := -lskarnet
LIB_saca-spool := -lskarnet -lbearssl -luuid
LIB_saca-accounts := -lskarnet -lcrypt
LIB_saca-import := -lskarnet -lbearssl -lsqlite3 -lpq
LIB_saca-list := -lskarnet -lsqlite3 -lpq
LIB_saca-queue := -lskarnet

# --- How ------------------------------------------------------------------------------

PROGRAMS := $(foreach p,$(CONNECTION) $(BATCH),$(if $(wildcard src/prog/$p.c),$p))
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc $(CPPFLAGS) $(WARN) $(CFLAGS)

all: $(PROGRAMS:%=$(BIN)/%)

define program
$(BIN)/$(1): $(BUILD)/prog/$(1).o $(OBJ_$(1):%=$(BUILD)/%.o)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) $(if $(filter $(1),$(CONNECTION)),$$(STATIC)) -o $$@ $$^ $(LIB_$(1)) $$(LDLIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$p)))

$(BUILD)/store/postgre%.o: override CPPFLAGS += $$(pkg-config --cflags libpq)

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Fewer segments are fewer mappings to make and to undo at each start. The signs that are
# converted without a word are those in musl's own macros.
MUSL ?= build/musl
FAST := $(filter $(CONNECTION),$(PROGRAMS))

fast: all
	@test -s $(MUSL)/lib/libcrypt.a || { echo "$(MUSL) lacks the libraries: scripts/deps fast makes them" >&2; exit 1; }
	$(MAKE) --no-print-directory CC=musl-gcc CPPFLAGS='-isystem $(MUSL)/include -Wno-sign-conversion' \
		LDFLAGS='-L$(MUSL)/lib -Wl,-z,noseparate-code' BUILD=build/fast BIN=build/fast/bin $(FAST:%=build/fast/bin/%)
	install $(FAST:%=build/fast/bin/%) $(BIN)

# Each unit test is one program; the linker takes what it needs of the house.
UNITS := $(patsubst t/unit/%.c,$(BUILD)/t/unit/%,$(wildcard t/unit/*.c))
HOUSE := $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/core/*.c src/io/*.c src/tls/*.c src/store/*.c))

unit: $(UNITS) $(BUILD)/t/replay

# The client's side of the dialogue's tests; it shares nothing with the house.
$(BUILD)/t/replay: t/replay.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $<

$(BUILD)/house.a: $(HOUSE)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/t/unit/%: t/unit/%.c t/unit/unit.h $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Wno-conversion -It/unit $(LDFLAGS) -o $@ $< $(BUILD)/house.a \
		-Wl,--as-needed -lskarnet -lbearssl -luuid -lcrypt -lsqlite3 -lpq $$(pkg-config --cflags --libs check)

# This one makes allocations fail.
$(BUILD)/t/unit/memory: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
# And this one counts what may load a module from the disk.
$(BUILD)/t/unit/convert: LDFLAGS += -Wl,--wrap=iconv_open

# Each fuzzing target likewise; ENGINE is what feeds it: an object, or a compiler's option.
FUZZ := $(patsubst t/fuzz/%.c,$(BUILD)/t/fuzz/%,$(filter-out t/fuzz/replay.c,$(wildcard t/fuzz/*.c)))
ENGINE ?= $(BUILD)/t/fuzz/replay.o

fuzz: $(FUZZ)

$(BUILD)/t/fuzz/replay.o: t/fuzz/replay.c t/fuzz/fuzz.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/t/fuzz/%: t/fuzz/%.c t/fuzz/fuzz.h $(BUILD)/house.a $(filter %.o,$(ENGINE))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(ENGINE) $(BUILD)/house.a -Wl,--as-needed -lskarnet -lbearssl

MAN := $(wildcard src/prog/*.[1-8])

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	for p in $(PROGRAMS); do to=$(DESTDIR)$(PREFIX)/bin/$$p; \
		if [ -e "$$to" ]; then cp -p "$$to" "$$to.new" && cat "$(BIN)/$$p" >"$$to.new"; \
		else install "$(BIN)/$$p" "$$to.new"; fi && mv "$$to.new" "$$to" || exit 1; done
	for m in $(MAN); do s=$${m##*.}; install -d $(DESTDIR)$(PREFIX)/share/man/man$$s \
		&& install -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$$s || exit 1; done

clean:
	rm -rf bin build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.DELETE_ON_ERROR:
.PHONY: all fast unit fuzz install clean
