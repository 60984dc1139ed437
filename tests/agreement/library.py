"""libuploadcare, called by ctypes: what it gives as text, what it refuses as an exception."""

import ctypes
import os
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_void_p

uc = ctypes.CDLL(os.environ["LIBUPLOADCARE"])
uc.uc_free.argtypes = [c_void_p]


class Refused(Exception):
    pass


class Error(Structure):
    """The beginning of a uc_error."""

    _fields_ = [("status", c_int32), ("http_status", c_int32), ("message", c_char_p)]


class SignOptions(Structure):
    """uc_url_sign_opts"""

    _fields_ = [
        ("struct_size", c_size_t),
        ("expire", c_int64),
        ("lifetime_s", c_int64),
        ("wildcard", c_int32),
        ("url_token", c_int32),
    ]


def encoded(argument):
    return argument.encode() if isinstance(argument, str) else argument


def made(function, *arguments):
    """What a call makes."""
    given, error = c_void_p(), POINTER(Error)()
    if function(*map(encoded, arguments), byref(given), byref(error)):
        message = error.contents.message.decode()
        uc.uc_free(error)
        raise Refused(message)
    return given


def text(function, *arguments):
    """The text that a call makes."""
    given = made(function, *arguments)
    try:
        return ctypes.string_at(given).decode()
    finally:
        uc.uc_free(given)


@contextmanager
def client_of(public_key):
    client = made(uc.uc_client_new, public_key, None, None)
    try:
        yield client
    finally:
        uc.uc_free(client)


class Builder:
    """`resize(500, 0)` is uc_ops_resize(operations, 500, 0)."""

    def __init__(self, operations):
        self.operations = operations

    def __getattr__(self, name):
        function = getattr(uc, f"uc_ops_{name}")
        return lambda *arguments: function(self.operations, *map(encoded, arguments))


def built(client, calls):
    """What uc_ops_build() gives after these calls."""
    operations = made(uc.uc_ops_new, client)
    try:
        for call in calls:
            call.on(Builder(operations))
        return text(uc.uc_ops_build, operations)
    finally:
        uc.uc_free(operations)


def signed(url, secret, **options):
    options = SignOptions(struct_size=ctypes.sizeof(SignOptions), **options)
    return text(uc.uc_url_sign, url, secret, byref(options))


def refusal(url, *secrets):
    """Why a signed URL is not to be served; None where it is."""
    error = POINTER(Error)()
    if not uc.uc_url_verify(url.encode(), (c_char_p * len(secrets))(*map(encoded, secrets)), c_size_t(len(secrets)), byref(error)):
        return None
    message = error.contents.message.decode()
    uc.uc_free(error)
    return message
