# SPDX-License-Identifier: Apache-2.0
# fish completion for heygen, by `heygen completion fish`.

# What may follow some words, each line with its kind first: w word|doc, o name|letter|how often|kind|choices|doc,
# f kind|choices, l when the options are asked of the program.
function __heygen_table
    switch "$argv[1]"
@TABLE@
        case '*'
            return 1
    end
end

# "times|kind|choices" of an option, from the lines of a table.
function __heygen_option
    set -l typed $argv[1]
    for row in $argv[2..-1]
        set -l part (string split '|' -- (string sub -s 3 -- $row))
        if test $typed = --$part[1]; or begin test -n "$part[2]"; and test $typed = -$part[2]; end
            echo "$part[3]|$part[4]|$part[5]"
            return 0
        end
    end
    return 1
end

# Candidates for a value of that kind, behind a prefix.
function __heygen_value
    set -l kind $argv[1]
    set -l choices (string split ',' -- $argv[2])
    set -l before $argv[3]
    set -l value $argv[4]
    switch $kind
        case switch
            printf '%s\n' $before{true,false}
        case one
            printf '%s\n' $before$choices
        case list
            set -l head (string match -r '^.*,' -- $value)
            printf '%s\n' $before"$head"$choices
        case provider profile setting
            set -l line (commandline -opc)
            for row in ($line[1] __complete $kind 2>/dev/null)
                echo $before$row
            end
        case file document
            if test $kind = document
                string match -qr '^[\[{]' -- $value; and return
                if string match -q '@*' -- $value
                    set before $before@
                    set value (string sub -s 2 -- $value)
                end
            end
            for path in (__fish_complete_path $value)
                echo $before$path
            end
    end
end

function __heygen_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -l current (commandline -ct)
    set -l route ''
    set -l asked ''
    set -l given
    set -l open 1
    set -l expect ''
    set -l nth 1
    set -l table (__heygen_table '')
    for word in $words[2..-1]
        if test -n "$expect"
            set expect ''
        else if test $open = 1; and test "$word" = --
            set open 0
        else if test $open = 1; and string match -q -- '-?*' $word
            set -l name (string split -m1 '=' -- $word)
            set -a given $name[1]
            set -l found (string match 'o *' -- $table)
            set found (__heygen_option $name[1] $found)
            and not string match -q '*|switch|*' -- $found
            and test (count $name) = 1
            and set expect $found
        else if contains 'f command|' $table
            set asked (string trim -- "$asked $word")
            set table (string match 'w *' -- (__heygen_table $asked)) 'f command|'
        else if string match -q -- "w $word|*" $table
            set route (string trim -- "$route $word")
            set table (__heygen_table $route)
        else if string match -q 'w *' -- $table
            return
        else
            set nth (math $nth + 1)
        end
    end
    set -l options (string match 'o *' -- $table)
    if contains l $table
        set -l rows ($program __complete options (string split ' ' -- $route) 2>/dev/null)
        and set options o\ $rows
    end

    if test -n "$expect"
        set -l part (string split '|' -- $expect)
        __heygen_value $part[2] "$part[3]" '' $current
        return
    end
    if test $open = 1; and string match -q -- '--*=*' $current
        set -l name (string split -m1 '=' -- $current)
        set -l found (__heygen_option $name[1] $options)
        and set -l part (string split '|' -- $found)
        and __heygen_value $part[2] "$part[3]" $name[1]= $name[2]
        return
    end
    if not string match -q -- '-*' $current
        set -l children (string match 'w *' -- $table)
        if test (count $children) -gt 0
            for row in $children
                string replace '|' \t -- (string sub -s 3 -- $row)
            end
            return
        end
        set -l fills (string match 'f *' -- $table)
        if test -n "$fills[$nth]"
            set -l part (string split '|' -- (string sub -s 3 -- $fills[$nth]))
            if test -n "$part[1]"; and test $part[1] != command
                __heygen_value $part[1] "$part[2]" '' $current
                return
            end
        end
        test -n "$current"; and return
    end
    test $open = 1; or return
    for row in $options
        set -l part (string split -m5 '|' -- (string sub -s 3 -- $row))
        test $part[3] = h; and continue
        test $part[3] = 1; and contains -- --$part[1] $given; and continue
        printf '%s\t%s\n' --$part[1] $part[6]
    end
end

complete -c heygen -e
complete -c heygen -f -a '(__heygen_complete)'
