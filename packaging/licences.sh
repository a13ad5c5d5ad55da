# Sourced by packaging/deb: the licences of the libraries that are linked into the programs.

# licences_of_libraries OUT: which libraries under which licence, then each licence text once.
licences_of_libraries() {
    local out=$1 sources list name version licence folder file sum
    local -A text=() users=()
    sources=$(echo "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*)
    list=$(cargo tree --locked --quiet --edges normal,no-proc-macro --prefix none --format '{p}|{l}' |
        sed 's/ (\*)$//' | grep -v '^waxwing ' | sort -u)
    # What is built from C: OpenSSL comes in a package that Cargo knows as a tool only.
    list+=$'\n'$(cargo tree --locked --quiet --edges all --prefix none --format '{p}|{l}' |
        grep '^openssl-src v' | sed 's/ (\*)$//' | sort -u)
    {
        say "Libraries that are linked into waxwing and wax, with their licences."
        say "Where there is a choice (OR), any of them may be taken. The texts follow the list."
        say
        while IFS='|' read -r name licence; do
            printf '%-44s %s\n' "${name/ v/ }" "$licence"
        done <<<"$list"
    } >"$out"
    while IFS='|' read -r name licence; do
        version=${name#* v} name=${name%% *}
        for folder in $sources; do
            [ -d "$folder/$name-$version" ] || continue
            while read -r sum file; do
                text[$sum]=${text[$sum]:-$file}
                users[$sum]+=" $name"
            done < <(licence_files "$folder/$name-$version" | xargs -r -d '\n' sha256sum)
        done
    done <<<"$list"
    [ ${#text[@]} -gt 50 ] || { say "The libraries' licence texts were not found in ${sources:-the registry}."; return 1; }
    # In an order that does not change from one machine to the next.
    for sum in $(printf '%s\n' "${!text[@]}" | sort); do
        printf '\n%s\nOf:%s\n\n' "$(printf '=%.0s' {1..78})" "${users[$sum]}"
        tr -d '\r' <"${text[$sum]}"
    done >>"$out"
}

# licence_files FOLDER: the files of a library that hold licences and notices.
licence_files() {
    find "$1" -maxdepth 2 -type f -not -path "$1/src/*" -not -path "$1/tests/*" \
        \( -iname 'licen[sc]e*' -o -iname '*-licen[sc]e' -o -iname 'copying*' -o -iname 'notice*' \
           -o -iname 'unlicense*' -o -iname 'copyright*' -o -iname '[ou]fl.txt' -o -path '*/fonts/*.txt' \) \
        -not -name '*.rs' -not -name '*.html' | sort
}
