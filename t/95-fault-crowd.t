#!/bin/sh
# Many at once, and clocks that jump: every sum is exact.
. "$(dirname "$0")/lib.sh"
. "$TOP/t/fault.sh"
fault crowd
