"""An emulator with secure delivery lets in what either has signed, and nothing else."""

import json
import os
from http.client import HTTPConnection

from library import signed
from pyuploadcare.secure_url import AkamaiSecureUrlBuilderWithAclToken, AkamaiSecureUrlBuilderWithUrlToken

BASE, SECRET = os.environ["UPLOADCARE_CDN_BASE"], os.environ["UPLOADCARE_DELIVERY_SECRET"]
HOST = BASE.removeprefix("http://")

connection = HTTPConnection(HOST)


def fetched(target):
    connection.request("GET", target)
    answer = connection.getresponse()
    return answer.status, answer.read()


def status(url):
    return fetched(url.removeprefix(BASE))[0]


def there(noun):
    return json.loads(fetched(f"/_emulator/{noun}")[1])[noun]


def paths():
    files = there("files")
    named = {file["original_filename"]: file["uuid"] for file in reversed(files)}
    image, video = named["twenty-two-of-them.png"], named["video.mp4"]
    group = there("groups")[1]["id"]
    return [f"{image}/", f"{video}/adaptive_video/", f"{image}/-/resize/20x/-/crop/10x10/5,5/", f"{group}/", f"{group}/nth/0/"]


def by_pyuploadcare(path, wildcard, url_token):
    kind = AkamaiSecureUrlBuilderWithUrlToken if url_token else AkamaiSecureUrlBuilderWithAclToken
    builder = kind(HOST, SECRET)
    builder.base_template = "http://{cdn}/{path}/"
    return builder.build(path, wildcard=bool(wildcard))


def by_us(path, wildcard, url_token):
    return signed(f"{BASE}/{path}", SECRET, wildcard=wildcard, url_token=url_token)


def with_change_at(url, place):
    """A hex digit stays one, and any other character becomes one."""
    return url[:place] + ("0" if url[place] != "0" else "1") + url[place + 1 :]


def check(path, sign, wildcard, url_token):
    url = sign(path, wildcard, url_token)
    assert status(url) == 200, url
    address, token = url.split("?")
    is_below_let_in = status(f"{address}-/preview/?{token}") != 403
    assert is_below_let_in == bool(wildcard), url
    # Some in each field of the token.
    for place in range(url.index("?token=") + len("?token="), len(url), 5):
        changed = with_change_at(url, place)
        assert status(changed) == 403, changed


for path in paths():
    assert status(f"{BASE}/{path}") == 403, path
    for sign in [by_pyuploadcare, by_us]:
        for wildcard, url_token in [(0, 0), (1, 0), (0, 1)]:
            check(path, sign, wildcard, url_token)
