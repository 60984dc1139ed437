"""Signed addresses are those of pyuploadcare, whose are good until they expire.

Not compared: an address with the name of a file at its end, behind which pyuploadcare puts a slash.
"""

import random
import time
import uuid
from unittest.mock import patch
from urllib.parse import quote

from library import refusal, signed
from pyuploadcare.helpers import get_cname_prefix
from pyuploadcare.secure_url import AkamaiSecureUrlBuilderWithAclToken, AkamaiSecureUrlBuilderWithUrlToken

OPERATIONS = [
    lambda chance: f"resize/{chance.randrange(1, 3000)}x",
    lambda chance: f"crop/{chance.randrange(1, 100)}px50p/{chance.randrange(99)},{chance.randrange(99)}p",
    lambda chance: "scale_crop/300x200/smart_faces/20p,30p",
    lambda chance: f"border_radius/{chance.randrange(99)},20p/5,6,7,8",
    lambda chance: "format/auto/-/quality/smart_retina",
    lambda chance: f"text/10x10/0,0/{quote(random_word(chance), safe='')}",
    lambda chance: f"overlay/{random_uuid(chance)}/50px50p/center/20p",
]


def random_uuid(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def random_word(chance):
    return "".join(chance.choice("aZ9 ~~/%+é☃,;:@=&*()!$") for _ in range(chance.randrange(1, 20)))


def random_path(chance):
    path = random_uuid(chance)
    if chance.random() < 0.5:
        path += f"~{chance.randrange(1, 1000)}"
        if chance.random() < 0.5:
            return f"{path}/"
        path += f"/nth/{chance.randrange(1000)}"
    return path + "/" + "".join(f"-/{make(chance)}/" for make in random_operations(chance))


def random_operations(chance):
    return chance.sample(OPERATIONS, chance.randrange(4))


def random_hosts(chance):
    """The one of the address, and the one of the signed address."""
    prefix = get_cname_prefix(chance.randbytes(10).hex())
    return chance.choice(
        [
            (f"{prefix}.ucarecd.net", f"{prefix}.s.ucarecd.net"),
            (f"{prefix}.s.ucarecd.net",) * 2,
            ("sectest.ucarecdn.com",) * 2,
        ]
    )


def random_secret(chance):
    secret = chance.randbytes(chance.randrange(1, 100)).hex()
    return chance.choice([secret, secret.upper()])


def check(chance):
    path, secret, (host, secure_host) = random_path(chance), random_secret(chance), random_hosts(chance)
    now, window = chance.randrange(2**31), chance.randrange(2**20)
    url_token, wildcard = chance.choice([(0, 0), (0, 1), (1, 0)])
    kind = AkamaiSecureUrlBuilderWithUrlToken if url_token else AkamaiSecureUrlBuilderWithAclToken
    builder = kind(secure_host, secret, window)
    handle = chance.choice([path, f"https://{secure_host}/{path}"])
    with patch("pyuploadcare.secure_url.time.time", return_value=now):
        expected = builder.build(handle, wildcard=bool(wildcard))
    url = f"https://{host}/{path}"
    ours = signed(url, secret, expire=now + window, wildcard=wildcard, url_token=url_token)
    assert ours == expected, f"{url}: {ours}, not {expected}"
    why = refusal(expected, "00", secret)
    if abs(now + window - time.time()) > 60:
        assert (why is None) if now + window > time.time() else "expired" in why, f"{expected}: {why}"
    # Behind a key zeros change nothing.
    assert "signature" in refusal(expected, "00", secret + "01"), expected


chance = random.Random(5)
for _ in range(5000):
    check(chance)
