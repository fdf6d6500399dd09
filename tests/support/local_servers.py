"""Questions to servers of this machine.

Each ``httpx.get`` reads all certificates anew, which takes longer than most of the tests; there are
none on this machine.
"""

from __future__ import annotations

import httpx

LOCAL = httpx.Client(verify=False, timeout=120, limits=httpx.Limits(max_keepalive_connections=0))
