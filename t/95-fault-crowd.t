#!/bin/sh
# Many at once: every sum is exact.
. "$(dirname "$0")/lib.sh"
. "$TOP/t/fault.sh"
fault crowd
