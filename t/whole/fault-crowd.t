#!/bin/sh
# Many senders, importers and readers at once: every sum is exact.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/t/lib/fault.sh"
fault crowd
