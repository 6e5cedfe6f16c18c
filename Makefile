# The only menu. Each line calls one script of scripts/; read that to see what happens.
.DEFAULT_GOAL := help
.PHONY: help setup build run test check fmt journey journey-services failures fuzz bench verify

help:              ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 20

run:               ## install what is missing, build, start everything with embedded defaults
	@scripts/run

test:              ## everything that CI runs: tidy, both databases under asan, journeys, judges
	@scripts/test

check:             ## tidy rules, their self-test, formatting (seconds)
	@scripts/check

build:             ## the dev preset: all programs and tests
	@scripts/build dev

journey:           ## the main job in a real browser, on an existing build
	@scripts/journey

journey-services:  ## the same as four processes on MariaDB
	@scripts/journey-services

failures:          ## what goes wrong in the world: lost callbacks, dead providers, kill -9
	@scripts/failures

fuzz:              ## every parser of outside bytes, a bounded time each
	@scripts/fuzz

bench:             ## speed and memory, against the reference peer when it is there
	@scripts/bench

verify:            ## everything long, by hand before a release
	@scripts/verify

setup:             ## install all that building, running and testing needs
	@scripts/setup test

fmt:               ## format the C++ files
	@scripts/fmt
