# Uploadcare by Fiddle, which comes with Ruby: a class over uploadcare.h to copy and to add to.

require "fiddle/import"

module Uploadcare
  class Error < StandardError; end

  # uploadcare.h
  module C
    extend Fiddle::Importer
    dlload ENV.fetch("LIBUPLOADCARE", "libuploadcare.so.0")
    typealias "int32_t", "int"
    typealias "uint32_t", "unsigned int"
    typealias "int64_t", "long long"
    typealias "uint64_t", "unsigned long long"

    ClientOptions = struct [
      "size_t struct_size",
      "char *api_base",
      "char *upload_base",
      "char *cdn_base",
      "char *ca_file",
      "char *ca_data",
      "char *proxy",
      "char *user_agent",
      "int32_t auth",
      "int32_t retries",
      "uint32_t connect_timeout_ms",
      "uint32_t idle_timeout_ms",
      "uint32_t timeout_ms",
      "int32_t unchecked_operations",
      "void *sign",
      "void *sign_data",
      "void *log",
      "void *log_data",
      "void *tick",
      "void *tick_data"
    ]

    GroupsOptions = struct [
      "size_t struct_size",
      "uint32_t limit",
      "uint32_t read_ahead",
      "char *from",
      "char *ordering",
      "char *cursor"
    ]

    UploadOptions = struct [
      "size_t struct_size",
      "char *filename",
      "char *mime_type",
      "void *metadata",
      "size_t metadata_len",
      "void *tags",
      "size_t tags_len",
      "char *resume_file",
      "uint64_t part_size",
      "uint32_t parallel",
      "int32_t store",
      "int32_t check_url_duplicates",
      "int32_t save_url_duplicates",
      "char *token",
      "char *signature",
      "int64_t expire",
      "void *progress",
      "void *progress_data"
    ]

    # Of structs that the library fills, their beginnings.
    GroupStruct = struct ["char *id", "char *datetime_created"]
    FileStruct = struct ["char *uuid"]
    ProjectStruct = struct ["char *name"]

    extern "char *uc_status_name(int32_t)"
    extern "char *uc_error_message(void *)"
    extern "void uc_free(void *)"
    extern "int32_t uc_client_new(char *, char *, void *, void *, void *)"
    extern "int32_t uc_groups_list(void *, void *, void *, void *)"
    extern "int32_t uc_page_next_group(void *, void *, void *)"
    extern "int32_t uc_upload_stream(void *, void *, void *, int64_t, void *, void *, void *)"
    extern "int32_t uc_project_info(void *, void *, void *)"

    # Callbacks: what they return, and what they take.
    INT32 = Fiddle::TYPE_INT
    INT64 = Fiddle::TYPE_LONG_LONG
    SIZE = Fiddle::TYPE_SIZE_T
    POINTER = Fiddle::TYPE_VOIDP
    SIGN = [INT32, [POINTER, INT32, POINTER, POINTER, SIZE]].freeze
    LOG = [Fiddle::TYPE_VOID, [POINTER, INT32, POINTER]].freeze
    TICK = [INT32, [POINTER]].freeze
    PROGRESS = [INT32, [POINTER, INT64, INT64]].freeze
    READ = [INT64, [POINTER, POINTER, SIZE]].freeze

    HMAC = { 1 => "SHA1", 2 => "SHA256" }.freeze
  end

  # Calls, and their callbacks. These run on the thread of the call, so what they leave for it is a
  # variable of the thread.
  module Call
    module_function

    # Calls what returns a uc_status; false is UC_DONE. The last argument, the error, is added.
    def call(function, *arguments)
      error = Owned.new
      status = interruptible { C.public_send(function, *arguments, error.ref) }
      return status.zero? if status >= 0

      raise Error, "#{C.uc_status_name(status)}: #{C.uc_error_message(error)}"
    end

    # For C to call. No exception may pass through C: it is kept, and the call is told to stop.
    def callback(type, stop = 1, &block)
      Fiddle::Closure::BlockCaller.new(*type) do |_data, *arguments|
        next stop if Thread.current[:uploadcare_raised]

        block.call(*arguments)
      rescue Exception => e
        Thread.current[:uploadcare_raised] = e
        stop
      end
    end

    # What stops a call: another thread that raises something in this one, as Timeout does, or a trap.
    def stopping?
      Thread.pending_interrupt?
    end

    # Ruby raises Interrupt wherever it runs next, which would be in a callback. So what would be
    # raised there waits for the end of the call, and `tick` stops that.
    def interruptible(&block)
      Thread.current[:uploadcare_raised] = nil
      keeping_traps { Thread.handle_interrupt(Object => :never, &block) }
    ensure
      raised = Thread.current[:uploadcare_raised]
      raise raised if raised
    end

    # Traps run on the main thread only.
    def keeping_traps
      return yield unless Thread.current == Thread.main

      begin
        before = trap("INT") do |signal|
          next if before == "IGNORE"

          before.respond_to?(:call) ? before.call(signal) : raise(Interrupt)
        rescue Exception => e
          Thread.main[:uploadcare_raised] = e
        end
        yield
      ensure
        trap("INT", before || "DEFAULT")
      end
    end
  end

  # A pointer received without const.
  class Owned
    def initialize
      @cell = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      @cell[0, Fiddle::SIZEOF_VOIDP] = "\0" * Fiddle::SIZEOF_VOIDP
      ObjectSpace.define_finalizer(self, self.class.freeing(@cell))
    end

    # Where a call writes it.
    def ref = @cell

    def to_ptr = @cell.ptr

    def self.freeing(cell) = proc { C.uc_free(cell.ptr) }
  end

  # `sign` takes a hash's name and a text and gives the HMAC in hex, `log` takes a level and a line.
  # What they raise stops the call.
  class Client
    include Call

    def initialize(public_key, secret_key = nil, sign: nil, log: nil, **options)
      # They live as long as the client.
      @callbacks = { tick: callback(C::TICK) { stopping? ? 1 : 0 } }
      @callbacks[:sign] = callback(C::SIGN) { |*arguments| write_signature(sign, *arguments) } if sign
      @callbacks[:log] = callback(C::LOG) { |level, line| log.call(level, line.to_s) } if log
      @client = Owned.new
      opts = filled(C::ClientOptions, **options, **@callbacks)
      call(:uc_client_new, public_key, secret_key, opts, @client.ref)
    end

    # The ids of all groups.
    def groups(**options)
      return enum_for(:groups, **options) unless block_given?

      page = Owned.new
      group = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      call(:uc_groups_list, @client, filled(C::GroupsOptions, **options), page.ref)
      yield C::GroupStruct.new(group.ptr).id.to_s while call(:uc_page_next_group, page, group)
    end

    # The UUID of what the stream holds. The block, which hears how many bytes of how many are
    # sent, stops it by raising something.
    def upload(stream, size = -1, **options, &progress)
      if progress
        options[:progress] = callback(C::PROGRESS) do |done, total|
          progress.call(done, total)
          0
        end
      end
      file = Owned.new
      reader = callback(C::READ, -1) { |buffer, room| write(buffer, room, stream.read(room) || "") }
      call(:uc_upload_stream, @client, reader, nil, size, filled(C::UploadOptions, **options), file.ref)
      C::FileStruct.new(file.to_ptr).uuid.to_s
    end

    def project_name
      project = Owned.new
      call(:uc_project_info, @client, project.ref)
      C::ProjectStruct.new(project.to_ptr).name.to_s
    end

    private

    def write_signature(sign, algorithm, text, hex, size)
      write(hex, size, "#{sign.call(C::HMAC.fetch(algorithm), text.to_s)}\0")
      0
    end

    def write(pointer, room, data)
      raise ArgumentError, "#{data.bytesize} bytes are too many, #{room} fit" if data.bytesize > room

      pointer[0, data.bytesize] = data
      data.bytesize
    end

    # The struct with these fields set and all others 0.
    def filled(type, **options)
      struct = type.malloc(Fiddle::RUBY_FREE)
      struct.to_ptr[0, type.size] = "\0" * type.size
      struct.struct_size = type.size
      options.each { |name, value| struct.public_send("#{name}=", value) }
      struct
    end
  end
end
