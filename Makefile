# make demo    the whole thing on embedded servers, in a terminal
# make test    everything that must hold; on Debian as root with the real servers, which it installs
# make test-other-servers  the stories on Cyrus and on Courier instead of Dovecot, some ten minutes each; needs root on Debian
# make lint    ruff and mypy alone
# make format  puts the code into shape
# make docs    the documentation as pages in build/docs and as a manual page in build/man; a warning is an error
# make reference  writes the parts of the documentation that the code tells itself
# make bench-faults      kills the bot at every step of its way, some 330 times, and counts what is lost or doubled
# make bench-loops       how many mails it takes until two machines that answer each other stop
# make bench-fuzz        mails that nobody would write, guided by coverage, for an hour or SECONDS=…
# make bench-big-folder  first contact with mailboxes of up to 50,000 mails, and a mail of 25 MB: time and memory
# make test-image        every instruction of the Dockerfile in a folder, and the bot in it as compose.yaml wants it, as root
# make test-debian       every command of docs/debian.md on a new Debian 12 in a folder, as root
# make bench-growth      whether a mail, the digest and the list of tickets take longer the more tickets there are
# make plots             draws docs/growth.svg of what bench-growth and bench-big-folder have measured last
# make bench-cpu         what one mail costs, stage by stage, in time of the processor; start-up; a mail of 25 MB
# make bench             how fast a full inbox is drained, beside the least that any program must do
# make bench-peers       the same, and other people's programs for that
# make bench-latency     how long a member waits for an answer, with and without IDLE
# make bench-hosts       two hosts on one PostgreSQL, killed 20 times while mails come in: what is lost or doubled, and how long it rests
# make lock    newest libraries into requirements.lock

.POSIX:
.PHONY: demo test test-debian test-image test-other-servers other-servers lint format docs reference lock servers clean bench bench-peers plots bench-growth bench-cpu bench-faults bench-loops bench-fuzz bench-big-folder bench-latency bench-hosts

SECONDS = 3600
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --constraint requirements.lock
# pip compiles what it installs, but not what is installed editable; some machines keep nothing that an import compiles.
COMPILE = .venv/bin/python -m compileall -q mailbot

demo: .venv/demo
	@.venv/bin/mailbot demo

# What tests write lies in memory where there is room: hundreds of databases need not wait for the disk.
test: .venv/dev servers
	@.ci/lint & lint=$$!; failed=0; \
	if [ -e .venv/servers ]; then export TESTS_REQUIRE_SERVERS=1; fi; \
	if df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { room = $$4 } END { exit room < 2000000 }'; then export TMPDIR=/dev/shm; fi; \
	.venv/bin/python -m pytest -q -n auto --dist worksteal -rs || failed=1; \
	wait $$lint && exit $$failed

test-other-servers: .venv/dev servers other-servers
	@for server in cyrus courier; do \
	    TESTS_REQUIRE_SERVERS=1 TESTS_IMAP_SERVER=$$server \
	    .venv/bin/python -m pytest -q -n auto --dist worksteal -k 'not plain_dovecot' tests/stories tests/mail/test_imap.py || exit 1; \
	done

lint: .venv/dev
	@.ci/lint

format: .venv/dev
	@.venv/bin/ruff check --quiet --fix .
	@.venv/bin/ruff format --quiet .

docs: .venv/dev
	@.venv/bin/python -m sphinx --quiet --fail-on-warning --keep-going docs build/docs
	@.venv/bin/python -m sphinx --quiet --builder man docs build/man
	@echo build/docs/index.html, build/man/mailbot.1

reference: .venv/dev
	@.venv/bin/python -m docs.generate

bench: .venv/dev servers
	@.venv/bin/python -m bench.drain

bench-peers: .venv/dev .venv/peers servers
	@.venv/bin/python -m bench.drain --peers

test-debian: .venv/dev servers
	@.ci/apt debootstrap
	@.venv/bin/python -m bench.debian

test-image: .venv/dev servers
	@.ci/apt debootstrap
	@.venv/bin/python -m bench.image

bench-growth: .venv/dev
	@.venv/bin/python -m bench.growth

plots: .venv/plots
	@.venv/bin/python -m bench.plots

bench-cpu: .venv/dev servers
	@.venv/bin/python -m bench.cpu

bench-faults: .venv/dev servers
	@.venv/bin/python -m pytest -q --hypothesis-profile=thorough tests/service/test_crashes.py
	@.venv/bin/python -m bench.faults

bench-loops: .venv/dev
	@.venv/bin/python -m bench.loops

bench-fuzz: .venv/fuzz
	@.venv/bin/python -m bench.fuzz $(SECONDS)

bench-big-folder: .venv/dev servers
	@.venv/bin/python -m bench.big_folder

bench-latency: .venv/dev servers
	@.venv/bin/python -m bench.latency

bench-hosts: .venv/dev servers
	@.venv/bin/python -m bench.hosts

# Dovecot, Postfix and Chromium, where they can be installed: then a test that misses one fails.
servers: .venv/dev
	@rm -f .venv/servers
	@if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    .ci/apt dovecot-imapd dovecot-lmtpd postfix chromium curl fonts-dejavu-core fonts-liberation && touch .venv/servers; \
	else \
	    echo "not root on Debian: tests that need Dovecot, Postfix or Chromium run where they are installed"; \
	fi

# Cyrus and Courier conflict with Dovecot: each is unpacked into a root of its own, and runs from there.
other-servers: .venv/dev
	@.ci/apt libsasl2-modules libical3 libpcre3 libxapian30 libzephyr4 libcourier-unicode4 libgamin0 libgdbm6 libidn12 libltdl7
	@mkdir -p .venv/other-servers
	@.ci/unpack .venv/other-servers/cyrus cyrus-common cyrus-imapd
	@.ci/unpack .venv/other-servers/courier courier-authlib courier-base courier-imap

lock:
	@rm -rf .venv && .ci/venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --upgrade --editable '.[dev,fuzz,plots]'
	@.venv/bin/python -m pip freeze --exclude-editable --disable-pip-version-check | grep -v ' @ ' >requirements.lock
	@touch .venv/demo .venv/dev

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/pip:
	@.ci/venv

.venv/demo: .venv/bin/pip pyproject.toml requirements.lock
	@$(PIP) --editable '.[demo]'
	@$(COMPILE)
	@touch $@

.venv/dev: .venv/bin/pip pyproject.toml requirements.lock
	@$(PIP) --editable '.[dev]'
	@$(COMPILE)
	@touch $@

.venv/peers: bench/peers/requirements.txt
	@rm -rf $@ && python3 -m venv $@ && $@/bin/pip install --quiet --disable-pip-version-check --requirement bench/peers/requirements.txt

.venv/plots: .venv/dev
	@$(PIP) --editable '.[dev,plots]'
	@touch $@

.venv/fuzz: .venv/dev
	@$(PIP) --editable '.[dev,fuzz]'
	@touch $@
