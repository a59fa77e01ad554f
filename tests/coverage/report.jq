# report.jq: of gcovr's JSON, the lines and branches of each folder and of all, and each line of src/ that nothing reached.

def percent(part): if . == 0 then "-" else part * 10000 / . | floor / 100 | tostring end;
def left(width): . + " " * (width - length);
def right(width): " " * (width - length) + .;

# One object for each file.
def figures: {
    file,
    folder: (.file | split("/")[:-1] | join("/")),
    code: [.lines[] | select(."gcovr/noncode" | not)]
} | . + {
    lines: (.code | length), lines_reached: ([.code[] | select(.count > 0)] | length),
    branches: ([.code[].branches[]] | length), branches_taken: ([.code[].branches[] | select(.count > 0)] | length)
};

def row(name):
    (map(.lines) | add) as $lines | (map(.lines_reached) | add) as $reached |
    (map(.branches) | add) as $branches | (map(.branches_taken) | add) as $taken |
    (name | left(16)) + ($lines | tostring | right(8)) + ($lines | percent($reached) | right(8)) +
    ($branches | tostring | right(10)) + ($branches | percent($taken) | right(8));

[.files[] | figures] | map(select(.folder != "entrypoint")) as $src |
(map(select(.folder == "entrypoint"))) as $rest |
($src | (map(.lines_reached) | add) * 100 >= (map(.lines) | add) * $least) as $enough |
($src[] | .file as $file | .code[] | select(.count == 0) | "\($file):\(.line_number): not reached"),
"folder             lines       %  branches       %",
($src | group_by(.folder)[] | row(.[0].folder)),
($rest | row("entrypoint")),
($src | row("src in all")),
if $enough then "enough: \($least) % of the lines of src are asked for" else "too few: \($least) % of the lines of src are asked for" end
