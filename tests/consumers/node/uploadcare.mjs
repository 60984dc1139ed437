// Uploadcare by koffi, with synchronous calls: a class over uploadcare.h to copy and to add to.

import koffi from 'koffi'

const library = koffi.load(process.env.LIBUPLOADCARE ?? 'libuploadcare.so.0')

// -- uploadcare.h -----------------------------------------------------------------------------------

const HMAC = { 1: 'sha1', 2: 'sha256' }

const SignFn = koffi.pointer(koffi.proto(`int32_t uc_sign_fn(
  void *sign_data, int32_t algorithm, const char *text, void *hex, size_t hex_size)`))
const LogFn = koffi.pointer(koffi.proto('void uc_log_fn(void *log_data, int32_t level, const char *line)'))
const TickFn = koffi.pointer(koffi.proto('int32_t uc_tick_fn(void *tick_data)'))
const ProgressFn = koffi.pointer(koffi.proto(`int32_t uc_progress_fn(
  void *progress_data, int64_t done, int64_t total)`))
const ReadFn = koffi.pointer(koffi.proto('int64_t uc_read_fn(void *read_data, void *buffer, size_t size)'))

const ClientOptions = koffi.struct('uc_client_opts', {
  struct_size: 'size_t',
  api_base: 'const char *',
  upload_base: 'const char *',
  cdn_base: 'const char *',
  ca_file: 'const char *',
  ca_data: 'const char *',
  proxy: 'const char *',
  user_agent: 'const char *',
  auth: 'int32_t',
  retries: 'int32_t',
  connect_timeout_ms: 'uint32_t',
  idle_timeout_ms: 'uint32_t',
  timeout_ms: 'uint32_t',
  unchecked_operations: 'int32_t',
  sign: SignFn,
  sign_data: 'void *',
  log: LogFn,
  log_data: 'void *',
  tick: TickFn,
  tick_data: 'void *',
})

const GroupsOptions = koffi.struct('uc_groups_opts', {
  struct_size: 'size_t',
  limit: 'uint32_t',
  read_ahead: 'uint32_t',
  from: 'const char *',
  ordering: 'const char *',
  cursor: 'const char *',
})

const UploadOptions = koffi.struct('uc_upload_opts', {
  struct_size: 'size_t',
  filename: 'const char *',
  mime_type: 'const char *',
  metadata: 'void *',
  metadata_len: 'size_t',
  tags: 'void *',
  tags_len: 'size_t',
  resume_file: 'const char *',
  part_size: 'uint64_t',
  parallel: 'uint32_t',
  store: 'int32_t',
  check_url_duplicates: 'int32_t',
  save_url_duplicates: 'int32_t',
  token: 'const char *',
  signature: 'const char *',
  expire: 'int64_t',
  progress: ProgressFn,
  progress_data: 'void *',
})

// Of structs that the library fills, their beginnings.
const GroupStruct = koffi.struct('uc_group', { id: 'const char *', datetime_created: 'const char *' })
const FileStruct = koffi.struct('uc_file', { uuid: 'const char *' })
const ProjectStruct = koffi.struct('uc_project', { name: 'const char *' })

const uc_status_name = library.func('const char *uc_status_name(int32_t status)')
const uc_error_message = library.func('const char *uc_error_message(void *error)')
const uc_free = library.func('void uc_free(void *owned)')
const uc_client_new = library.func(`int32_t uc_client_new(
  const char *public_key, const char *secret_key, uc_client_opts *opts,
  _Out_ void **client, _Out_ void **error)`)
const uc_groups_list = library.func(`int32_t uc_groups_list(
  void *client, uc_groups_opts *opts, _Out_ void **page, _Out_ void **error)`)
const uc_page_next_group = library.func(`int32_t uc_page_next_group(
  void *page, _Out_ void **group, _Out_ void **error)`)
const uc_upload_stream = library.func(`int32_t uc_upload_stream(
  void *client, uc_read_fn *read, void *read_data, int64_t size, uc_upload_opts *opts,
  _Out_ void **file, _Out_ void **error)`)
const uc_project_info = library.func(`int32_t uc_project_info(
  void *client, _Out_ void **project, _Out_ void **error)`)

// -- calls and their callbacks ----------------------------------------------------------------------

export class UploadcareError extends Error {}

/** What was thrown during the call in progress. Callbacks run on the thread of the call. */
let thrown

/** Calls what returns a uc_status; false is UC_DONE. The last argument, the error, is added. */
function call(fn, ...args) {
  const error = [null]
  thrown = undefined
  const status = fn(...args, error)
  try {
    if (thrown) throw thrown.reason
    if (status < 0) throw new UploadcareError(`${uc_status_name(status)}: ${uc_error_message(error[0])}`)
    return status === 0
  } finally {
    uc_free(error[0])
  }
}

/** For C to call. Nothing may be thrown through C: it is kept, and the call is told to stop. */
function callback(type, fn, stop = 1) {
  return koffi.register((_data, ...args) => {
    if (thrown) return stop
    try {
      return fn(...args)
    } catch (reason) {
      thrown = { reason }
      return stop
    }
  }, type)
}

/** Gives what the function makes of an object of the library, which is freed then. */
function using(object, fn) {
  try {
    return fn(object)
  } finally {
    uc_free(object)
  }
}

function write(address, room, data) {
  if (data.length > room) throw new RangeError(`${data.length} bytes are too many, ${room} fit`)
  koffi.encode(address, 'uint8_t', data, data.length)
  return data.length
}

function made(fn, ...args) {
  const object = [null]
  call(fn, ...args, object)
  return object[0]
}

// -- for programs -----------------------------------------------------------------------------------

/**
 * sign(hash, text) gives the HMAC in hex, log(level, line) nothing, tick(), asked ten times a second,
 * whether to stop. What they throw stops the call. close() frees the client.
 */
export class Client {
  #client
  #callbacks = {}

  constructor(publicKey, secretKey, { sign, log, tick, ...options } = {}) {
    this.#callbacks.tick = callback(TickFn, () => (tick?.() ? 1 : 0))
    if (sign) this.#callbacks.sign = callback(SignFn, (algorithm, text, hex, size) => {
      write(hex, size, Buffer.from(`${sign(HMAC[algorithm], text)}\0`))
      return 0
    })
    if (log) this.#callbacks.log = callback(LogFn, (level, line) => { log(level, line) })
    const opts = { struct_size: koffi.sizeof(ClientOptions), ...this.#callbacks, ...options }
    this.#client = made(uc_client_new, publicKey, secretKey, opts)
  }

  close() {
    uc_free(this.#client)
    this.#client = null
    Object.values(this.#callbacks).forEach(callback => koffi.unregister(callback))
    this.#callbacks = {}
  }

  /** The ids of all groups. */
  * groups(options) {
    const page = made(uc_groups_list, this.#client, { struct_size: koffi.sizeof(GroupsOptions), ...options })
    const group = [null]
    try {
      while (call(uc_page_next_group, page, group)) yield koffi.decode(group[0], GroupStruct).id
    } finally {
      uc_free(page)
    }
  }

  /** The UUID of what read(size) gives, a buffer at a time. progress(done, total) stops it by throwing. */
  upload(read, size = -1, { progress, ...options } = {}) {
    const reader = callback(ReadFn, (buffer, room) => write(buffer, room, read(room)), -1)
    const teller = progress && callback(ProgressFn, (done, total) => { progress(done, total); return 0 })
    try {
      const opts = { struct_size: koffi.sizeof(UploadOptions), progress: teller, ...options }
      const file = made(uc_upload_stream, this.#client, reader, null, size, opts)
      return using(file, file => koffi.decode(file, FileStruct).uuid)
    } finally {
      koffi.unregister(reader)
      if (teller) koffi.unregister(teller)
    }
  }

  projectName() {
    return using(made(uc_project_info, this.#client), project => koffi.decode(project, ProjectStruct).name)
  }
}
