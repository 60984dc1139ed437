# What a Ruby program does with uploadcare.rb.
#
#     commands.rb list              all groups; requests are signed here, and logged on stderr
#     commands.rb upload NAME SIZE  stdin, in parts
#     commands.rb interrupt         Ctrl-C stops the first call; the second goes on
#     commands.rb raise             each callback raises something

require "openssl"
require "stringio"
require_relative "uploadcare"

PUBLIC_KEY = ENV.fetch("UPLOADCARE_PUBLIC_KEY")
SECRET_KEY = ENV.fetch("UPLOADCARE_SECRET_KEY")
BASES = { api_base: ENV.fetch("UPLOADCARE_API_BASE"), upload_base: ENV.fetch("UPLOADCARE_UPLOAD_BASE") }.freeze

def client(**callbacks)
  Uploadcare::Client.new(PUBLIC_KEY, callbacks[:sign] ? nil : SECRET_KEY, **callbacks, **BASES)
end

def list
  sign = ->(hash, text) { OpenSSL::HMAC.hexdigest(hash, SECRET_KEY, text) }
  log = ->(_level, line) { warn line }
  client(sign: sign, log: log).groups(limit: 20, read_ahead: 2) { |group| puts group }
end

def upload(name, size)
  puts client.upload($stdin.binmode, Integer(size), filename: name) { |done, total| warn "#{done} #{total}" }
end

def interrupt
  client = client()
  begin
    puts "waiting"
    client.project_name
  rescue Interrupt
    puts "interrupted"
  end
  puts client.project_name
end

def raise_in_callbacks
  fail = ->(*) { raise "no more" }
  unreadable = Object.new
  unreadable.define_singleton_method(:read, fail)
  {
    log: -> { client(log: fail).project_name },
    progress: -> { client.upload(StringIO.new("x" * 100), &fail) },
    read: -> { client.upload(unreadable) },
    sign: -> { client(sign: fail).project_name }
  }.each do |name, call|
    call.call
  rescue RuntimeError => e
    puts "#{name}: #{e.message}"
  end
  puts client.project_name
end

$stdout.sync = true
command, *arguments = ARGV
commands = { "list" => :list, "upload" => :upload, "interrupt" => :interrupt, "raise" => :raise_in_callbacks }
send(commands.fetch(command), *arguments)
