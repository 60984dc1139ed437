"""What a Python program does with uploadcare.py.

    commands.py list              all groups; requests are signed here, and logged on stderr
    commands.py upload NAME SIZE  stdin, in parts
    commands.py interrupt         Ctrl-C stops the first call; the second goes on
    commands.py raise             each callback raises something
"""

import hmac
import io
import os
import sys
from types import SimpleNamespace

from uploadcare import Client

PUBLIC_KEY = os.environ["UPLOADCARE_PUBLIC_KEY"]
SECRET_KEY = os.environ["UPLOADCARE_SECRET_KEY"]
BASES = {"api_base": os.environ["UPLOADCARE_API_BASE"], "upload_base": os.environ["UPLOADCARE_UPLOAD_BASE"]}


def sign(digest, text):
    return hmac.new(SECRET_KEY.encode(), text, digest).hexdigest()


def say(*words):
    print(*words, file=sys.stderr)


def list_groups():
    client = Client(PUBLIC_KEY, sign=sign, log=lambda _level, line: say(line), **BASES)
    for group in client.groups(limit=20, read_ahead=2):
        print(group)


def upload(name, size):
    client = Client(PUBLIC_KEY, SECRET_KEY, **BASES)
    print(client.upload(sys.stdin.buffer, int(size), progress=say, filename=name))


def interrupt():
    client = Client(PUBLIC_KEY, SECRET_KEY, **BASES)
    try:
        print("waiting", flush=True)
        client.project_name()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    print(client.project_name())


def raise_in_callbacks():
    def fail(*_arguments):
        raise ValueError("no more")

    client = Client(PUBLIC_KEY, SECRET_KEY, **BASES)
    stream = io.BytesIO(bytes(100))
    unreadable = SimpleNamespace(read=fail)
    calls = {
        "log": Client(PUBLIC_KEY, SECRET_KEY, log=fail, **BASES).project_name,
        "progress": lambda: client.upload(stream, progress=fail),
        "read": lambda: client.upload(unreadable),
        "sign": Client(PUBLIC_KEY, sign=fail, **BASES).project_name,
    }
    for name, call in calls.items():
        try:
            call()
        except ValueError as error:
            print(f"{name}: {error}")
    print(client.project_name())


command, *arguments = sys.argv[1:]
commands = {"list": list_groups, "upload": upload, "interrupt": interrupt, "raise": raise_in_callbacks}
commands[command](*arguments)
