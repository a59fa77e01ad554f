#!/usr/bin/perl
# code.pl FILE: the file with its comments blanked, and with -s its strings and characters too; lines stay where they are.
use strict;
use warnings;

my $strings = @ARGV && $ARGV[0] eq '-s' ? shift : 0;
local $/;
my $text = <>;
sub blank { my $t = shift; $t =~ s/[^\n]/ /g; return $t }
$text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
          {defined $1 ? blank($1) : $strings ? '""' . blank(substr($2, 2)) : $2}gse;
print $text;
