"""The exit statuses of `microcal`."""

DONE = 0  # files that are no radiographs are skipped and count as done
FAILED = 1  # some inputs failed, or writing did
USAGE = 2  # nothing was done: an argument is wrong
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
