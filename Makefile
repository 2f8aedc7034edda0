# saca. `make` builds everything with the compiler and libraries of the system. The lines
# under "The map" list the objects of each program.
#
#   make                   the programs, in bin/
#   make WERROR=1          the same, warnings are errors
#   make SANITIZE=1        the same with ASan and UBSan, in build/sanitize/bin
#   make fast              the same, connection programs linked with musl: they start in a third
#                          of the time (scripts/deps fast makes build/musl)
#   make unit              the unit tests, BUILD/t/ROOM/NAME
#   make fuzz              the fuzzing targets, BUILD/t/ROOM/fuzz/NAME: see t/lib/fuzz.README
#   make install           to DESTDIR and PREFIX, mode 755; names the set-id bits it removes
#   make uninstall         removes from there what make install put there
#   make version           prints the version

VERSION := 1.0
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc
CFLAGS ?= -O2 -g -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LDFLAGS ?= -Wl,-z,relro,-z,now
BUILD ?= build/plain
BIN ?= bin
# A static program starts in 350 us of processor time, a dynamic one in 590 (glibc). -static-pie takes
# 5% more than -static (glibc: 375 us; musl: 86 instead of 80), so it is not used.
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
# One line per program lists its objects, room by room: $(call in,ROOM,FILE...).
# CONNECTION programs run once per connection and are static; people and cron run BATCH.
# A new program has its name in one of the two, an OBJ_ and a LIB_ line, src/prog/NAME.c and a manual
# src/prog/NAME.8.

in = $(addprefix $1/,$2)
CONNECTION := saca-proxy saca-tlsd saca-smtpd saca-checkpassword saca-mime saca-spool saca-hit
BATCH := saca-accounts saca-import saca-list saca-queue saca-bounce saca-send saca-count saca-panel saca-api

OBJ_saca-proxy := \
	$(call in,base,ascii clock num setid version wait) \
	$(call in,ucspi,peer proxy)
OBJ_saca-smtpd := \
	$(call in,base,ascii base64 buf cdb clock date fd log memfile message num option random run scan setid siphash \
		utf8 version wait) \
	$(call in,ucspi,peer starttls) \
	$(call in,service,answer ask login reply submission) \
	$(call in,mail,address punycode) \
	$(call in,accounts,plan senders) \
	$(call in,smtp,client data dialogue dialogue_auth dialogue_body dialogue_mail esmtp login queue \
		queueenv rcptset record restrict sasl sendersfile)
OBJ_saca-tlsd := \
	$(call in,base,ascii clock fd message num option random setid version wait) \
	$(call in,ucspi,become environment peer starttls) \
	$(call in,tls,certificates confine expiry hello keypair pem pump reason server sessions sessions_file)
OBJ_saca-checkpassword := \
	$(call in,base,cdb clock fd hash limit log num random setid siphash version wait) \
	$(call in,service,ask serve ticket) \
	$(call in,accounts,check failures hashslot loginservice password remembered)
OBJ_saca-mime := \
	$(call in,base,array ascii base64 buf fd memfile num scan setid utf8 version) \
	$(call in,service,answer answer_pipe reply) \
	$(call in,mail,body header header_block message mime mime_head mime_tree param qp transfer)
OBJ_saca-spool := \
	$(call in,base,array ascii base64 buf cdb clock date fd hash limit log num option scan setid siphash utf8 \
		uuid version wait) \
	$(call in,ucspi,peer) \
	$(call in,service,answer answer_pipe ask reply serve submission ticket) \
	$(call in,mail,address body header header_block message mime mime_head param punycode qp transfer) \
	$(call in,accounts,plan senders) \
	$(call in,spool,boot commit credit credit_format draft envelope file find fingerprint input key lock login name \
		number number_format quota quota_format record seen_format settings spool submit)
OBJ_saca-accounts := \
	$(call in,base,array ascii buf cdb_write hash num setid utf8 version) \
	$(call in,mail,address punycode) \
	$(call in,accounts,accounts fault password plan terminal)
OBJ_saca-import := \
	$(call in,base,array ascii base64 buf clock date fd hash num option scan setid utf8 version wait) \
	$(call in,service,reply) \
	$(call in,mail,address body charset cid css encword header header_block html html_foreign html_meta html_text image \
		iso2022jp label message mime mime_head param punycode qp srcset transfer url) \
	$(call in,spool,boot credit credit_format expire file find lock name number number_format record retire \
		seen_format spool summary) \
	$(call in,store,hours mark migrate postgres postgres_contacts postgres_libpq postgres_prepare postgres_step \
		put sqlite sqlite_contacts sqlite_step store tables) \
	$(call in,import,at_hand batch cid_parts content convert convert_header decoder entry import load name_set \
		prune watch webfolder)
OBJ_saca-list := \
	$(call in,base,ascii buf date hash num setid utf8 version) \
	$(call in,mail,address punycode) \
	$(call in,spool,file) \
	$(call in,store,figures figures_print forget hours listing mark metrics migrate postgres postgres_contacts \
		postgres_libpq postgres_prepare postgres_step put sqlite sqlite_contacts sqlite_step store tables)
OBJ_saca-queue := \
	$(call in,base,array ascii buf clock date fd num scan setid utf8 version) \
	$(call in,mail,address header punycode) \
	$(call in,spool,boot credit credit_format file find lock name number number_format record requeue seen_format) \
	$(call in,spool,spool summary) \
	$(call in,store,listing) \
	$(call in,import,batch queue_find queue_row)

OBJ_saca-hit := \
	$(call in,base,array ascii base32 buf cdb cdb_write date fd hash num random scan setid utf8 version) \
	$(call in,mail,header param) \
	$(call in,send,hit hits linkkeys publish stencil token words) \
	$(call in,web,form request response)
OBJ_saca-bounce := \
	$(call in,base,array ascii base32 base64 buf date fd hash num random scan setid utf8 version) \
	$(call in,mail,header header_block mime mime_head param qp transfer) \
	$(call in,send,blame bounce hit hits linkkeys token)
OBJ_saca-send := \
	$(call in,base,array ascii base32 base64 buf cdb cdb_write clock date fd hash num option random scan setid \
		siphash utf8 version wait) \
	$(call in,mail,address cid compose css header header_block html html_foreign html_text mime mime_head param \
		punycode qp srcset transfer url) \
	$(call in,accounts,plan senders) \
	$(call in,spool,file) \
	$(call in,store,hours mark migrate postgres postgres_contacts postgres_libpq postgres_prepare postgres_step \
		put sqlite sqlite_contacts sqlite_step store tables) \
	$(call in,send,blame job ledger linkkeys links maildir mta places pool publish refusals render session stencil task \
		template token unsubscribe when words worker worker_claim)
OBJ_saca-count := \
	$(call in,base,ascii buf date fd hash num utf8 setid version) \
	$(call in,mail,address punycode) \
	$(call in,spool,file) \
	$(call in,store,hours mark migrate postgres postgres_contacts postgres_libpq postgres_prepare postgres_step \
		put sqlite sqlite_contacts sqlite_step store tables) \
	$(call in,send,blame count hit hitfile hitlog hits unsubscribe)
OBJ_saca-panel := \
	$(call in,base,array ascii base32 base64 buf cdb clock date fd hash memfile message num random run scan \
		setid siphash utf8 version wait) \
	$(call in,service,answer ask login reply submission) \
	$(call in,mail,address compose header html html_foreign html_text param punycode) \
	$(call in,accounts,plan senders) \
	$(call in,smtp,queue queueenv rcptset) \
	$(call in,spool,file) \
	$(call in,store,figures mark migrate postgres postgres_contacts postgres_libpq postgres_prepare postgres_step \
		put sqlite sqlite_contacts sqlite_step store tables) \
	$(call in,send,unsubscribe words) \
	$(call in,web,campaign chart csv form inspect inspect_words login page paged panel_contact panel_contacts \
		panel_groups panel_list panel_people panel_piece panel_real panel_send panel_sends panel_tests request response \
		sections sendstate session style texts)
OBJ_saca-api := \
	$(call in,base,ascii base64 buf cdb clock date fd hash log memfile message num random run scan setid siphash utf8 \
		version wait) \
	$(call in,service,answer ask login reply submission) \
	$(call in,mail,address compose header param punycode) \
	$(call in,accounts,plan senders) \
	$(call in,smtp,queue queueenv rcptset) \
	$(call in,spool,file) \
	$(call in,store,figures mark migrate postgres postgres_contacts postgres_libpq postgres_prepare postgres_step \
		put sqlite sqlite_contacts sqlite_step store tables) \
	$(call in,send,unsubscribe words) \
	$(call in,web,api api_campaign api_contacts api_sends campaign form login output request response sections sendstate)

LIB_saca-proxy := -lskarnet
LIB_saca-smtpd := -lskarnet
LIB_saca-tlsd := -lskarnet -lbearssl
LIB_saca-checkpassword := -lskarnet -lbearssl -lcrypt
LIB_saca-mime := -lskarnet
LIB_saca-spool := -lskarnet -lbearssl -luuid
LIB_saca-accounts := -lskarnet -lbearssl -lcrypt
LIB_saca-import := -lskarnet -lbearssl -lsqlite3
LIB_saca-list := -lskarnet -lbearssl -lsqlite3
LIB_saca-queue := -lskarnet
LIB_saca-hit := -lskarnet -lbearssl
LIB_saca-count := -lskarnet -lbearssl -lsqlite3
LIB_saca-panel := -lskarnet -lbearssl -lsqlite3
LIB_saca-bounce := -lskarnet -lbearssl
LIB_saca-api := -lskarnet -lbearssl -lsqlite3 -lcjson
LIB_saca-send := -lskarnet -lbearssl -lsqlite3 -lcurl

# --- How ------------------------------------------------------------------------------

PROGRAMS := $(CONNECTION) $(BATCH)
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -Isrc $(CPPFLAGS) $(WARN) $(CFLAGS)

all: $(PROGRAMS:%=$(BIN)/%)

define program
$(BIN)/$(1): $(BUILD)/prog/$(1).o $(OBJ_$(1):%=$(BUILD)/%.o)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) $(if $(filter $(1),$(CONNECTION)),$$(STATIC)) -o $$@ $$^ $(LIB_$(1)) $$(LDLIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$p)))

$(BUILD)/base/version.o: override CPPFLAGS += -DSACA_VERSION='"$(VERSION)"'
$(BUILD)/base/version.o: Makefile

$(BUILD)/store/postgre%.o: override CPPFLAGS += $$(pkg-config --cflags libpq)

# If the flags have changed since the last build, everything is compiled again.
FLAGS := $(CPPFLAGS) $(CFLAGS)
$(BUILD)/flags: .FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

$(BUILD)/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $(filter %.c,$^)

# noseparate-code: fewer segments, so fewer mappings at each start. -Wno-sign-conversion: macros of musl.
MUSL ?= build/musl
FAST := $(CONNECTION)

fast: all
	@test -s $(MUSL)/lib/libcrypt.a || { echo "$(MUSL) lacks the libraries: scripts/deps fast makes them" >&2; exit 1; }
	$(MAKE) --no-print-directory CC=musl-gcc CPPFLAGS='-isystem $(MUSL)/include -Wno-sign-conversion' \
		LDFLAGS='$(LDFLAGS) -L$(MUSL)/lib -Wl,-z,noseparate-code' \
		BUILD=build/fast BIN=build/fast/bin $(FAST:%=build/fast/bin/%)
	install $(FAST:%=build/fast/bin/%) $(BIN)

# Each t/ROOM/NAME.c is a unit test with its own program, and each t/ROOM/fuzz/NAME.c is a
# fuzzing target. The linker takes the objects that they need from house.a.
ROOMS := base ucspi service mail tls accounts smtp spool store import send web
HOUSE := $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard $(ROOMS:%=src/%/*.c)))
UNITS := $(patsubst t/%.c,$(BUILD)/t/%,$(wildcard $(ROOMS:%=t/%/*.c) t/whole/*.c))
FUZZ := $(patsubst t/%.c,$(BUILD)/t/%,$(wildcard $(ROOMS:%=t/%/fuzz/*.c)))

unit: $(UNITS) $(BUILD)/t/lib/replay

# Member names are paths: two rooms may have files of one name.
$(BUILD)/house.a: $(HOUSE)
	@rm -f $@
	$(AR) rcsP $@ $^

$(BUILD)/t/lib/%.o: t/lib/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -It/lib -MMD -MP $$(pkg-config --cflags check) -c -o $@ $<

# The client of the dialogue tests. It uses no code of src.
$(BUILD)/t/lib/replay: $(BUILD)/t/lib/replay.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<

$(UNITS): $(BUILD)/t/%: t/%.c t/lib/unit.h $(BUILD)/t/lib/unit.o $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Wno-conversion -It/lib $(LDFLAGS) -o $@ $< $(BUILD)/t/lib/unit.o \
		$(BUILD)/house.a -Wl,--as-needed $(HOUSE_LIBS) $$(pkg-config --cflags --libs check)

HOUSE_LIBS := -lskarnet -lbearssl -luuid -lcrypt -lsqlite3 -lcurl -lcjson

# This test makes allocations fail.
$(BUILD)/t/whole/memory: LDFLAGS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
# This test counts the calls that may load a module from the disk.
$(BUILD)/t/import/convert: LDFLAGS += -Wl,--wrap=iconv_open

# ENGINE feeds a fuzzing target: an object, or an option of the compiler.
ENGINE ?= $(BUILD)/t/lib/fuzz.o

fuzz: $(FUZZ)

$(FUZZ): $(BUILD)/t/%: t/%.c t/lib/fuzz.h $(BUILD)/house.a $(filter %.o,$(ENGINE))
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -It/lib $(LDFLAGS) -o $@ $< $(ENGINE) $(BUILD)/house.a -Wl,--as-needed $(HOUSE_LIBS)

MAN := $(wildcard src/prog/*.[1-8])
ICONS := $(notdir $(wildcard scripts/service/icons/*.png))

# An icon that is there stays: the site may have put its own.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	for p in $(PROGRAMS); do to=$(DESTDIR)$(PREFIX)/bin/$$p; \
		[ ! -u "$$to" ] && [ ! -g "$$to" ] || \
			stat -c 'make install: the set-id bits of %n are removed (was %A %U:%G)' "$$to"; \
		install "$(BIN)/$$p" "$$to.new" && mv "$$to.new" "$$to" || exit 1; done
	for m in $(MAN); do s=$${m##*.}; install -d $(DESTDIR)$(PREFIX)/share/man/man$$s \
		&& install -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$$s || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/saca/s
	for i in $(ICONS); do to=$(DESTDIR)$(PREFIX)/share/saca/s/$$i; \
		[ -e "$$to" ] || install -m 644 scripts/service/icons/$$i "$$to" || exit 1; done

uninstall:
	rm -f $(ICONS:%=$(DESTDIR)$(PREFIX)/share/saca/s/%)
	rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%)
	for m in $(MAN:src/prog/%=%); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$$m || exit 1; done

version:
	@echo $(VERSION)

clean:
	rm -rf bin build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.DELETE_ON_ERROR:
.PHONY: .FORCE all fast unit fuzz install uninstall version clean
