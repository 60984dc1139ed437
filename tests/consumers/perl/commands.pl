# What a Perl program does with Uploadcare.pm.
#
#     commands.pl list              all groups; requests are signed here, and logged on stderr
#     commands.pl upload NAME SIZE  stdin, in parts
#     commands.pl interrupt         Ctrl-C stops the first call; the second goes on
#     commands.pl raise             each callback dies

use v5.24;
use warnings;
use experimental 'signatures';

use Digest::SHA qw(hmac_sha1_hex hmac_sha256_hex);
use FindBin;
use lib $FindBin::Bin;
use Uploadcare;

$| = 1;

my ($public_key, $secret_key) = @ENV{qw(UPLOADCARE_PUBLIC_KEY UPLOADCARE_SECRET_KEY)};
my %bases = (api_base => $ENV{UPLOADCARE_API_BASE}, upload_base => $ENV{UPLOADCARE_UPLOAD_BASE});

sub client (%callbacks) {
    return Uploadcare->new($public_key, $callbacks{sign} ? undef : $secret_key, %callbacks, %bases);
}

sub list {
    my %hmac   = (sha1 => \&hmac_sha1_hex, sha256 => \&hmac_sha256_hex);
    my $client = client(
        sign => sub ($hash, $text) { $hmac{$hash}->($text, $secret_key) },
        log  => sub ($level, $line) { say STDERR $line },
    );
    $client->each_group(sub ($id) { say $id }, limit => 20, read_ahead => 2);
}

sub upload ($name, $size) {
    binmode STDIN;
    my $progress = sub ($done, $total) { say STDERR "$done $total" };
    say client()->upload(\*STDIN, $size, filename => $name, progress => $progress);
}

sub interrupt {
    my $client = client();
    local $SIG{INT} = sub { die "interrupted\n" };
    say 'waiting';
    eval { $client->project_name; 1 } or print $@;
    say $client->project_name;
}

sub raise {
    my $fail   = sub { die "no more\n" };
    my $client = client();
    open my $hundred_bytes, '<', \('x' x 100);
    tie *UNREADABLE, 'Unreadable';
    my %calls = (
        log      => sub { client(log => $fail)->project_name },
        sign     => sub { client(sign => $fail)->project_name },
        read     => sub { $client->upload(\*UNREADABLE) },
        progress => sub { $client->upload($hundred_bytes, -1, progress => $fail) },
    );
    for my $name (sort keys %calls) {
        eval { $calls{$name}->(); 1 } or print "$name: $@";
    }
    say $client->project_name;
}

package Unreadable {
    sub TIEHANDLE ($class) { return bless {}, $class }
    sub READ { die "no more\n" }
}

my %commands = (list => \&list, upload => \&upload, interrupt => \&interrupt, raise => \&raise);
my ($command, @arguments) = @ARGV;
$commands{$command}->(@arguments);
