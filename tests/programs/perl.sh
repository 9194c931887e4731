#!/bin/bash
# perl: hashes, sorting, regular expressions, closures.
# short: yes
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs perl
export PERL_HASH_SEED=0
cat >script.pl <<'PERL'
use strict; use warnings;
my %h;
for my $i (1 .. 60000) { push @{ $h{ "k" . $i % 5000 } }, { n => $i, s => "x" x ($i % 90) } }
my $sum = 0;
for my $k (sort keys %h) { $sum += $_->{n} for grep { $_->{s} =~ /^x{30,}$/ } @{ $h{$k} } }
print "$sum\n";
my @subs = map { my $n = $_; sub { $n += shift } } 1 .. 2000;
print join(",", map { $_->(3) } @subs[0 .. 20]), "\n";
my $text = join " ", map { "word$_" } 1 .. 40000;
my $count = () = $text =~ /w(or)d\d*7\b/g;
print "$count\n";
PERL
same perl script.pl
agree
# The order of its hashes, and with it its count of calls, is the same in both runs.
export PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0
witness_heaptrack 2 perl script.pl
