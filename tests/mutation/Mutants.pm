package Mutants;

# Mutants::of(TEXT): the mutants of a file of C, one change each, within functions; comments, strings and preprocessor
# lines are left alone. Each is a hash: line, function, change (the line with "[old => new]" in it), text (the whole file).
#
# It reads tokens, not a syntax tree, and relies on .clang-format: braces always, blanks around binary operators.
use strict;
use warnings;

my %swapped = (
    '==' => ['!='], '!=' => ['=='], '<' => ['<=', '>='], '>' => ['>=', '<='], '<=' => ['<', '>'], '>=' => ['>', '<'],
    '&&' => ['||'], '||' => ['&&'], '++' => ['--'], '--' => ['++'], '+=' => ['-='], '-=' => ['+='], '/' => ['*'], '%' => ['/'],
    0 => [1], 1 => [0], true => ['false'], false => ['true'],
);

sub tokens {
    my ($text) = @_;
    my @tokens;
    while ($text =~ m{\G(?:
            (?<skip> ^[ \t]*\#(?:\\\n|[^\n])* | \s+ | /\*.*?\*/ | //[^\n]*)
          | (?<word> "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [A-Za-z_]\w* | \d[\w.]*)
          | (?<mark> <<=|>>=|\.\.\.|->|\+\+|--|[-+*/%&|^<>=!]=|&&|\|\||<<|>>|.))}gcxms) {
        my $token = $+{word} // $+{mark} // next;
        push @tokens, {text => $token, begin => pos($text) - length $token, end => pos($text), is_word => defined $+{word}};
    }
    return @tokens;
}

# Gives each bracket its partner, and each brace what it opens: "function", "block", or "" for a list or a type.
sub pair_brackets {
    my @t = @_;
    my @open;
    for my $i (0 .. $#t) {
        if ($t[$i]{text} =~ /^[(\[{]$/) {
            push @open, $i;
            next if $t[$i]{text} ne '{';
            my $before = $i > 0 ? $t[$i - 1] : {text => ''};
            my $head = $before->{text} eq ')' && $before->{partner} > 0 ? $t[$before->{partner} - 1]{text} : '';
            $t[$i]{opens} =
                  @open == 1 && $before->{text} eq ')' ? 'function'
                : $before->{text} =~ /^(?:else|do|[;{}:])$/ || $head =~ /^(?:if|for|while|switch)$/ ? 'block'
                : '';
        } elsif ($t[$i]{text} =~ /^[)\]}]$/) {
            my $partner = pop @open;
            @{$t[$i]}{qw(partner opens)} = ($partner, $t[$partner]{opens});
            $t[$partner]{partner} = $i;
        }
    }
}

# The index behind the last token of what begins at $i and ends before one of the texts, brackets being jumped over.
sub end_of {
    my ($t, $i, @ends) = @_;
    until (grep { $t->[$i]{text} eq $_ } @ends) {
        $i = $t->[$i]{partner} if ($t->[$i]{partner} // -1) > $i;
        $i++;
    }
    return $i;
}

# Where the condition begins that ends before $i.
sub begin_of {
    my ($t, $i) = @_;
    until ($t->[$i - 1]{text} =~ /^(?:[-+]?=|[(,{;?:]|\[|return)$/) {
        $i--;
        $i = $t->[$i]{partner} if defined $t->[$i]{partner};
    }
    return $i;
}

sub of {
    my ($text) = @_;
    my @t = tokens($text);
    my (@mutants, %seen, $function, $type, $function_end);
    my $head = 0; # where what stands at file scope begins
    pair_brackets(@t);

    my $add = sub { # tokens $i to $j - 1 become NEW
        my ($i, $j, $new) = @_;
        my ($begin, $end) = ($t[$i]{begin}, $t[$j - 1]{end});
        my $old = substr $text, $begin, $end - $begin;
        my ($before) = substr($text, 0, $begin) =~ /([^\n]*)$/;
        my ($behind) = substr($text, $end) =~ /^([^\n]*)/;
        $behind =~ s{\s*(?:/\*.*?(?:\*/|$)|//.*)\s*$}{};
        $old =~ s/\s+/ /g;
        $old = substr($old, 0, 57) . '...' if length $old > 60;
        $before =~ s/^\s+//;
        my $change = "$before\[$old => $new]$behind";
        my $count = ++$seen{"$function $change"};
        push @mutants, {
            line => 1 + (substr($text, 0, $begin) =~ tr/\n//),
            function => $function,
            change => $count > 1 ? "$change #$count" : $change,
            text => substr($text, 0, $begin) . $new . substr($text, $end),
        };
    };
    my $always = sub { $add->(@_, $_) for 'true', 'false' };

    for my $i (0 .. $#t) {
        my $this = $t[$i]{text};
        my ($before, $next) = ($i > 0 ? $t[$i - 1]{text} : '', $i < $#t ? $t[$i + 1]{text} : '');
        if (!defined $function) {
            if (($t[$i]{opens} // '') eq 'function' && $this eq '{') {
                my $name = $t[$i - 1]{partner} - 1;
                ($function, $function_end) = ($t[$name]{text}, $t[$i]{partner});
                $type = join ' ', map { $_->{text} } @t[$head .. $name - 1];
            }
            $head = $i + 1 if $this =~ /^[;}]$/;
            next;
        }
        if ($i == $function_end) {
            undef $function;
            $head = $i + 1;
            next;
        }

        my $binary = substr($text, $t[$i]{begin} - 1, 1) =~ /\s/ && substr($text, $t[$i]{end}, 1) =~ /\s/;
        if ($swapped{$this} && !($before eq '{' && $next eq '}')) { # "{0}" is no number
            $add->($i, $i + 1, $_) for @{$swapped{$this}};
        } elsif ($this eq '!') {
            $add->($i, $i + 1, '');
        } elsif ($this =~ /^[-+*]$/ && $binary) {
            $add->($i, $i + 1, {'-' => '+', '+' => '-', '*' => '/'}->{$this});
        } elsif ($this eq '-') {
            $add->($i, $i + 1, '');
        } elsif ($this eq '?') {
            $always->(begin_of(\@t, $i), $i);
        } elsif ($this =~ /^(?:if|while)$/) {
            $always->($i + 2, $t[$i + 1]{partner});
        } elsif ($this eq 'for') {
            my $first = end_of(\@t, $i + 2, ';') + 1;
            my $end = end_of(\@t, $first, ';');
            $always->($first, $end) if $end > $first;
        } elsif ($this eq 'return' && $next !~ /^(?:;|true|false|NULL)$/) {
            my $end = end_of(\@t, $i, ';');
            my ($first, $last) = @t[$i + 1, $end - 1];
            my $value = substr $text, $first->{begin}, $last->{end} - $first->{begin};
            my $new = $type =~ /\*$/ ? 'NULL' : $type =~ /\bbool$/ ? "!($value)" : $type =~ /\bint(?:64_t)?$/ ? "-($value)" : undef;
            $add->($i + 1, $end, $new =~ s/\s+/ /gr) if defined $new;
        }

        # A statement: what stands behind the end of another, or of a head, in a block, and is no declaration.
        my $in_head = $before eq ')' && $t[$t[$i - 1]{partner} - 1]{text} =~ /^(?:if|for|while|switch)$/;
        my $labelled = $before eq ':' && ($t[$i - 2]{text} eq 'default' || $t[$i - 3]{text} eq 'case');
        my $behind = $before eq ';' || $labelled || ($before =~ /^[{}]$/ && $t[$i - 1]{opens}) || $before eq 'else' || $in_head;
        next if !$behind || enclosing(\@t, $i) ne '{';
        my $is_expression = ($t[$i]{is_word} && $next =~ /^(?:[(.=\[]|->|\+\+|--|[-+]=)$/) || $this =~ /^(?:[(*]|\+\+|--)$/;
        $is_expression = 0 if $this =~ /^(?:if|for|while|switch|case|default|return|sizeof|do|else|enum)$/;
        $is_expression = 1 if $this =~ /^(?:return|break|continue)$/ && $next eq ';';
        $add->($i, end_of(\@t, $i, ';'), '') if $is_expression;
    }
    return @mutants;
}

# The bracket around a token: "{" of a block or function, or something else.
sub enclosing {
    my ($t, $i) = @_;
    while (--$i >= 0) {
        next if !defined $t->[$i]{partner};
        if ($t->[$i]{partner} < $i) {
            $i = $t->[$i]{partner};
        } else {
            return $t->[$i]{text} eq '{' && $t->[$i]{opens} ? '{' : '';
        }
    }
    return '';
}

1;
