# Uploadcare by FFI::Platypus: a class over uploadcare.h to copy and to add to.

use v5.24;
use warnings;
use experimental 'signatures';

# -- uploadcare.h ------------------------------------------------------------------------------------

package Uploadcare::ClientOptions {
    use FFI::Platypus::Record;
    record_layout_1(
        size_t      => 'struct_size',
        'string rw' => 'api_base',
        'string rw' => 'upload_base',
        'string rw' => 'cdn_base',
        'string rw' => 'ca_file',
        'string rw' => 'ca_data',
        'string rw' => 'proxy',
        'string rw' => 'user_agent',
        sint32      => 'auth',
        sint32      => 'retries',
        uint32      => 'connect_timeout_ms',
        uint32      => 'idle_timeout_ms',
        uint32      => 'timeout_ms',
        sint32      => 'unchecked_operations',
        opaque      => 'sign',
        opaque      => 'sign_data',
        opaque      => 'log',
        opaque      => 'log_data',
        opaque      => 'tick',
        opaque      => 'tick_data',
    );
}

package Uploadcare::GroupsOptions {
    use FFI::Platypus::Record;
    record_layout_1(
        size_t      => 'struct_size',
        uint32      => 'limit',
        uint32      => 'read_ahead',
        'string rw' => 'from',
        'string rw' => 'ordering',
        'string rw' => 'cursor',
    );
}

package Uploadcare::UploadOptions {
    use FFI::Platypus::Record;
    record_layout_1(
        size_t      => 'struct_size',
        'string rw' => 'filename',
        'string rw' => 'mime_type',
        opaque      => 'metadata',
        size_t      => 'metadata_len',
        opaque      => 'tags',
        size_t      => 'tags_len',
        'string rw' => 'resume_file',
        uint64      => 'part_size',
        uint32      => 'parallel',
        sint32      => 'store',
        sint32      => 'check_url_duplicates',
        sint32      => 'save_url_duplicates',
        'string rw' => 'token',
        'string rw' => 'signature',
        sint64      => 'expire',
        opaque      => 'progress',
        opaque      => 'progress_data',
    );
}

# Of structs that the library fills, their beginnings.

package Uploadcare::GroupStruct {
    use FFI::Platypus::Record;
    record_layout_1(string => 'id', string => 'datetime_created');
}

package Uploadcare::FileStruct {
    use FFI::Platypus::Record;
    record_layout_1(string => 'uuid');
}

package Uploadcare::ProjectStruct {
    use FFI::Platypus::Record;
    record_layout_1(string => 'name');
}

package Uploadcare::C {
    use FFI::Platypus 1.00;

    our $ffi = FFI::Platypus->new(api => 1, lib => $ENV{LIBUPLOADCARE} // 'libuploadcare.so.0');
    $ffi->type("record(Uploadcare::$_)" => $_)
        for qw(ClientOptions GroupsOptions UploadOptions GroupStruct FileStruct ProjectStruct);
    $ffi->type('(opaque, sint32, string, opaque, size_t)->sint32' => 'sign_fn');
    $ffi->type('(opaque, sint32, string)->void'                   => 'log_fn');
    $ffi->type('(opaque)->sint32'                                 => 'tick_fn');
    $ffi->type('(opaque, sint64, sint64)->sint32'                 => 'progress_fn');
    $ffi->type('(opaque, opaque, size_t)->sint64'                 => 'read_fn');

    $ffi->attach(uc_status_name     => ['sint32'] => 'string');
    $ffi->attach(uc_error_message   => ['opaque'] => 'string');
    $ffi->attach(uc_free            => ['opaque'] => 'void');
    $ffi->attach(uc_client_new      => [qw(string string ClientOptions* opaque* opaque*)] => 'sint32');
    $ffi->attach(uc_groups_list     => [qw(opaque GroupsOptions* opaque* opaque*)] => 'sint32');
    $ffi->attach(uc_page_next_group => [qw(opaque opaque* opaque*)] => 'sint32');
    $ffi->attach(uc_upload_stream   =>
        [qw(opaque read_fn opaque sint64 UploadOptions* opaque* opaque*)] => 'sint32');
    $ffi->attach(uc_project_info    => [qw(opaque opaque* opaque*)] => 'sint32');
}

# A pointer received without const.
package Uploadcare::Owned {
    sub new ($class) { return bless \my $pointer, $class }

    sub as_a ($self, $struct) { return $Uploadcare::C::ffi->cast(opaque => "$struct*", $$self) }

    sub DESTROY ($self) { Uploadcare::C::uc_free($$self) unless ${^GLOBAL_PHASE} eq 'DESTRUCT' }
}

# -- for programs ------------------------------------------------------------------------------------

package Uploadcare {
    use FFI::Platypus::Buffer 'scalar_to_buffer';
    use FFI::Platypus::Memory 'memcpy';

    my %hmac = (1 => 'sha1', 2 => 'sha256');

    # sign => sub ($hash, $text) gives the HMAC in hex, log => sub ($level, $line) nothing. When one
    # of them dies, the call is stopped and dies of it.
    sub new ($class, $public_key, $secret_key, %options) {
        my ($sign, $log) = delete @options{qw(sign log)};
        my $self = bless { client => Uploadcare::Owned->new }, $class;

        # They live as long as the client.
        my $callbacks = $self->{callbacks} = { tick => _callback(sub { 0 }) };
        $callbacks->{log}  = _callback($log) if $log;
        $callbacks->{sign} = _callback(sub ($algorithm, $text, $hex, $size) {
            _write($hex, $size, $sign->($hmac{$algorithm}, $text) . "\0");
            return 0;
        }) if $sign;

        my $opts = _options(ClientOptions => %options, %$callbacks);
        _call(\&Uploadcare::C::uc_client_new, $public_key, $secret_key, $opts, $self->{client});
        return $self;
    }

    # Hands the id of each group to the code.
    sub each_group ($self, $code, %options) {
        my $page = Uploadcare::Owned->new;
        my $opts = _options(GroupsOptions => %options);
        _call(\&Uploadcare::C::uc_groups_list, ${ $self->{client} }, $opts, $page);
        while (_call(\&Uploadcare::C::uc_page_next_group, $$page, \my $group)) {
            $code->($Uploadcare::C::ffi->cast(opaque => 'GroupStruct*', $group)->id);
        }
        return;
    }

    # The UUID of what the handle reads. progress => sub ($done, $total) stops it by dying.
    sub upload ($self, $handle, $size = -1, %options) {
        if (my $progress = delete $options{progress}) {
            $options{progress} = _callback(sub { $progress->(@_); return 0 });
        }
        my $read = _callback(sub ($buffer, $room) {
            defined read $handle, my ($data), $room or die "cannot read: $!\n";
            return _write($buffer, $room, $data);
        }, -1);

        my $file = Uploadcare::Owned->new;
        my $opts = _options(UploadOptions => %options);
        _call(\&Uploadcare::C::uc_upload_stream, ${ $self->{client} }, $read, undef, $size, $opts, $file);
        return $file->as_a('FileStruct')->uuid;
    }

    sub project_name ($self) {
        my $project = Uploadcare::Owned->new;
        _call(\&Uploadcare::C::uc_project_info, ${ $self->{client} }, $project);
        return $project->as_a('ProjectStruct')->name;
    }

    # What a callback or a signal's handler has died of, during the call in progress.
    our $died;

    # Calls what returns a uc_status; false is UC_DONE. The last argument, the error, is added.
    # Signals' handlers run between any two operations, in a callback too, and may die as well.
    sub _call ($function, @arguments) {
        my $error = Uploadcare::Owned->new;
        local $died;
        my $status = do {
            my @signals = grep { ref $SIG{$_} } qw(INT TERM ALRM);
            local @SIG{@signals} = map { _kept($_, undef) } @SIG{@signals};
            $function->(@arguments, $error);
        };
        die $died if defined $died;
        return $status == 0 if $status >= 0;
        my $name = Uploadcare::C::uc_status_name($status);
        die "$name: ", Uploadcare::C::uc_error_message($$error), "\n";
    }

    # For C to call.
    sub _callback ($code, $stop = 1) {
        my $kept = _kept($code, $stop);
        return $Uploadcare::C::ffi->closure(sub ($data, @arguments) {
            return defined $died ? $stop : $kept->(@arguments);
        });
    }

    # Nothing may die through C: what the code dies of is kept, and the call is told to stop.
    sub _kept ($code, $stop) {
        return sub {
            my $result;
            local $@;
            return $result if eval { $result = $code->(@_); 1 };
            $died //= $@;
            return $stop;
        };
    }

    # The struct with these fields set. A closure is set as its address; it has to be kept elsewhere.
    sub _options ($struct, %options) {
        my $ffi = $Uploadcare::C::ffi;
        for my $name (grep { ref $options{$_} } keys %options) {
            $options{$name} = $ffi->cast("${name}_fn" => 'opaque', $options{$name});
        }
        return "Uploadcare::$struct"->new(struct_size => $ffi->sizeof($struct), %options);
    }

    sub _write ($address, $room, $data) {
        my ($source, $size) = scalar_to_buffer($data);
        die "$size bytes are too many, $room fit\n" if $size > $room;
        memcpy($address, $source, $size);
        return $size;
    }
}

1;
