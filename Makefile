# The commands of the project. `make run` tries it, `make test` checks it; README.md says more.

UI := web/ui
UI_SOURCES := $(shell find $(UI) \( -name node_modules -o -name dist -o -name build \) -prune -o -type f -print 2>/dev/null)

.PHONY: run demo build ui test drill bench clean
.DEFAULT_GOAL := run

# Installs what is missing, builds, and serves the demo from a private Postgres under var/, with Stripe and PayPal played beside it.
run:
	@scripts/install-missing run
	@$(MAKE) --no-print-directory demo
	@DEMO=$${DEMO:-true} exec scripts/run target/demo/frontrow target/demo/sandbox

# What `run` serves: in half the time that the optimized build takes.
demo: ui
	SQLX_OFFLINE=true cargo build --profile demo -p frontrow -p sandbox --bin frontrow --bin sandbox

# The executable with everything in it. Queries are checked against the committed .sqlx, not a database.
build: ui
	SQLX_OFFLINE=true cargo build --release -p frontrow -p sandbox --bin frontrow --bin sandbox

# The islands in the pages, built only when their sources have changed.
ui: $(UI)/node_modules/.built

$(UI)/node_modules/.installed: $(UI)/package.json $(UI)/package-lock.json
	cd $(UI) && npm ci --no-audit --no-fund
	@touch $@

$(UI)/node_modules/.built: $(UI)/node_modules/.installed $(UI_SOURCES)
	cd $(UI) && npm run build
	@touch $@

# All checks: at most 25 minutes on two cores from a fresh clone.
test:
	scripts/test

# The long proofs: many random cases, many seeds, kills in mid-sale.
drill:
	scripts/drill

# Figures, as ratios within one run.
bench:
	scripts/bench

# Removes what was built. The data under var/ stays.
clean:
	cargo clean
	rm -rf $(UI)/dist $(UI)/node_modules
