"""The CDN base that belongs to a public key is the one that pyuploadcare knows."""

import random

from library import client_of, text, uc
from pyuploadcare.helpers import get_cdn_base, get_cname_prefix

UUID = "22240276-2f06-41f8-9411-755c8ce926ed"


def random_key(chance):
    if chance.random() < 0.5:
        return chance.randbytes(10).hex()
    return "".join(chance.choice("abcXYZ0189-_.") for _ in range(chance.randrange(1, 60)))


chance = random.Random(5)
for key in [random_key(chance) for _ in range(1000)]:
    base = get_cdn_base(key, "", subdomains=True, subdomains_ptn="https://{prefix}.ucarecd.net/")
    with client_of(key) as client:
        url = text(uc.uc_url, client, UUID, None, None)
    assert url == f"{base}{UUID}/", f"{key}: {url}, not below {base}"
    assert url.startswith(f"https://{get_cname_prefix(key)}.")
