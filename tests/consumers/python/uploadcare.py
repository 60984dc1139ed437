"""Uploadcare by ctypes: a class over uploadcare.h to copy and to add to."""

import ctypes
import os
import signal
import threading
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int32, c_int64
from ctypes import c_size_t, c_uint32, c_uint64, c_void_p

uc = ctypes.CDLL(os.environ.get("LIBUPLOADCARE", "libuploadcare.so.0"))

# -- uploadcare.h ------------------------------------------------------------------------------------

HMAC = {1: "sha1", 2: "sha256"}

SignFn = CFUNCTYPE(c_int32, c_void_p, c_int32, c_char_p, c_void_p, c_size_t)
LogFn = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
TickFn = CFUNCTYPE(c_int32, c_void_p)
ProgressFn = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64)
ReadFn = CFUNCTYPE(c_int64, c_void_p, c_void_p, c_size_t)


class Options(Structure):
    def __init__(self, **options):
        super().__init__(struct_size=ctypes.sizeof(self), **options)


class ClientOptions(Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("api_base", c_char_p),
        ("upload_base", c_char_p),
        ("cdn_base", c_char_p),
        ("ca_file", c_char_p),
        ("ca_data", c_char_p),
        ("proxy", c_char_p),
        ("user_agent", c_char_p),
        ("auth", c_int32),
        ("retries", c_int32),
        ("connect_timeout_ms", c_uint32),
        ("idle_timeout_ms", c_uint32),
        ("timeout_ms", c_uint32),
        ("unchecked_operations", c_int32),
        ("sign", SignFn),
        ("sign_data", c_void_p),
        ("log", LogFn),
        ("log_data", c_void_p),
        ("tick", TickFn),
        ("tick_data", c_void_p),
    ]


class GroupsOptions(Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("limit", c_uint32),
        ("read_ahead", c_uint32),
        ("from", c_char_p),
        ("ordering", c_char_p),
        ("cursor", c_char_p),
    ]


class UploadOptions(Options):
    _fields_ = [
        ("struct_size", c_size_t),
        ("filename", c_char_p),
        ("mime_type", c_char_p),
        ("metadata", c_void_p),
        ("metadata_len", c_size_t),
        ("tags", POINTER(c_char_p)),
        ("tags_len", c_size_t),
        ("resume_file", c_char_p),
        ("part_size", c_uint64),
        ("parallel", c_uint32),
        ("store", c_int32),
        ("check_url_duplicates", c_int32),
        ("save_url_duplicates", c_int32),
        ("token", c_char_p),
        ("signature", c_char_p),
        ("expire", c_int64),
        ("progress", ProgressFn),
        ("progress_data", c_void_p),
    ]


# Of structs that the library fills, their beginnings.


class GroupStruct(Structure):
    _fields_ = [("id", c_char_p), ("datetime_created", c_char_p)]


class FileStruct(Structure):
    _fields_ = [("uuid", c_char_p)]


class ProjectStruct(Structure):
    _fields_ = [("name", c_char_p)]


class Owned(c_void_p):
    """A pointer received without const."""

    def __del__(self, free=uc.uc_free):
        free(self)

    def as_a(self, struct):
        return ctypes.cast(self, POINTER(struct)).contents


uc.uc_status_name.restype = c_char_p
uc.uc_error_message.restype = c_char_p

# -- calls and their callbacks -----------------------------------------------------------------------

# What was raised during the call that this thread is inside. Callbacks run on the thread of the call.
current = threading.local()


class UploadcareError(Exception):
    pass


def call(function, *arguments):
    """Calls what returns a uc_status; False is UC_DONE. Raises what a callback or Ctrl-C has raised."""
    error = Owned()
    current.exception = None
    with interrupts_kept():
        status = function(*arguments, byref(error))
    if current.exception:
        raise current.exception
    if status < 0:
        name, message = uc.uc_status_name(status).decode(), uc.uc_error_message(error).decode()
        raise UploadcareError(f"{name}: {message}")
    return status == 0


def callback(kind, function, stop=1):
    """For C to call. No exception may pass through C: it is kept, and the call is told to stop."""

    def guarded(_data, *arguments):
        if current.exception:
            return stop
        try:
            return function(*arguments)
        except BaseException as exception:
            current.exception = exception
            return stop

    return kind(guarded)


@contextmanager
def interrupts_kept():
    """Python runs the handler of Ctrl-C before it runs a callback, outside of any `try` there: what
    the handler raises would be lost in C. So it is kept, and `tick` stops the call."""
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return

    def keep(*arguments):
        try:
            handler(*arguments)
        except BaseException as exception:
            current.exception = exception

    signal.signal(signal.SIGINT, keep)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


# -- for programs ------------------------------------------------------------------------------------


class Client:
    """sign(digest, text) gives the HMAC in hex, log(level, line) nothing. What they raise stops the call."""

    def __init__(self, public_key, secret_key=None, sign=None, log=None, **options):
        def write_signature(algorithm, text, hex, size):
            write(hex, size, f"{sign(HMAC[algorithm], text)}\0".encode())
            return 0

        # They live as long as the client.
        self.options = ClientOptions(tick=callback(TickFn, lambda: 0), **encoded(options))
        if sign:
            self.options.sign = callback(SignFn, write_signature)
        if log:
            self.options.log = callback(LogFn, lambda level, line: log(level, line.decode()))
        self._as_parameter_ = Owned()
        keys = [key and key.encode() for key in (public_key, secret_key)]
        call(uc.uc_client_new, *keys, byref(self.options), byref(self._as_parameter_))

    def groups(self, **options):
        """The ids of all groups."""
        page, group = Owned(), POINTER(GroupStruct)()
        call(uc.uc_groups_list, self, byref(GroupsOptions(**encoded(options))), byref(page))
        while call(uc.uc_page_next_group, page, byref(group)):
            yield group.contents.id.decode()

    def upload(self, stream, size=-1, progress=None, **options):
        """The UUID of what the stream holds. progress(done, total) stops it by raising something."""

        def read(buffer, size):
            return write(buffer, size, stream.read(size))

        def tell(done, total):
            progress(done, total)
            return 0

        options = UploadOptions(**encoded(options))
        if progress:
            options.progress = callback(ProgressFn, tell)
        file = Owned()
        reader = callback(ReadFn, read, stop=-1)
        call(uc.uc_upload_stream, self, reader, None, c_int64(size), byref(options), byref(file))
        return file.as_a(FileStruct).uuid.decode()

    def project_name(self):
        project = Owned()
        call(uc.uc_project_info, self, byref(project))
        return project.as_a(ProjectStruct).name.decode()


def write(address, room, data):
    if len(data) > room:
        raise ValueError(f"{len(data)} bytes are too many, {room} fit")
    ctypes.memmove(address, data, len(data))
    return len(data)


def encoded(options):
    return {name: value.encode() if isinstance(value, str) else value for name, value in options.items()}
