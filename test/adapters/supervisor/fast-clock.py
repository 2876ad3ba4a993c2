"""supervisord itself, unchanged but for its clock: python fast-clock.py FACTOR ARGUMENT..."""

import sys
import time

from supervisor import poller, supervisord

factor = float(sys.argv.pop(1))
real_time, began = time.time, time.time()
time.time = lambda: began + (real_time() - began) * factor


def hurry(cls):
    """What it does once a second of its own clock."""
    poll = cls.poll
    cls.poll = lambda self, timeout: poll(self, timeout / factor)


for cls in (poller.PollPoller, poller.SelectPoller):
    hurry(cls)
supervisord.main()
