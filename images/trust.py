"""Adds to the certificates that this system trusts those of a bundle that are not among them.

"python3 trust.py BUNDLE", as root; update-ca-certificates then puts them into force.
"""

import re
import sys
from pathlib import Path

CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def certificates(path):
    """Return the certificates of a bundle, by what does not depend on how lines are broken."""
    text = Path(path).read_text(encoding="utf-8", errors="replace")
    return {"".join(found.split()): found for found in CERTIFICATE.findall(text)}


known = certificates("/etc/ssl/certs/ca-certificates.crt")
added = [found for key, found in certificates(sys.argv[1]).items() if key not in known]
for number, found in enumerate(added):
    path = Path(f"/usr/local/share/ca-certificates/host-{number}.crt")
    path.write_text(found + "\n", encoding="utf-8")
