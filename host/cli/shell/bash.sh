# SPDX-License-Identifier: Apache-2.0
# bash completion for heygen, by `heygen completion bash`. It needs bash 4.4 and no other package.

# What may follow some words: their next words, their options, what their arguments are.
# An option is name|letter|how often|kind of value|choices|
_heygen_table() {
  children='' options='' fills='' live=''
  case $1 in
@TABLE@
    *) return 1 ;;
  esac
}

# Sets kind, choices and times for an option as it was typed.
_heygen_option() {
  local name letter rest
  while IFS='|' read -r name letter times kind choices rest; do
    [[ $1 == "--$name" || ( $letter && $1 == "-$letter" ) ]] && return
  done <<< "$options"
  kind='' choices='' times=''
  return 1
}

# Candidates for a value of that kind which begins with $2; `before` is the text in front of it.
_heygen_value() {
  local kind=$1 value=$2 list=$3 one
  case $kind in
    switch) list=true,false ;;
    provider | profile | setting)
      list=''
      while IFS=$'\t' read -r one _; do list+=$one,; done < <("${program/#\~/$HOME}" __complete "$kind" 2> /dev/null)
      ;;
    list)
      before+=${value%"${value##*,}"}
      value=${value##*,}
      ;;
    document)
      [[ $value == @* ]] && before+=@ value=${value#@}
      [[ $value == [\{\[]* ]] || kind=file
      ;;
  esac
  if [[ $kind == file && $before == *@ ]]; then
    # Readline would take @ for a part of the name and quote it.
    while IFS= read -r one; do
      [[ -d $one ]] && one+=/ && compopt -o nospace
      printf -v one %q "$one" && found+=("$before$one")
    done < <(compgen -f -- "$value")
    return
  elif [[ $kind == file ]]; then
    compopt -o filenames
    while IFS= read -r one; do found+=("$before$one"); done < <(compgen -f -- "$value")
    ((${#found[@]})) || compopt -o default
    return
  fi
  local IFS=,
  for one in $list; do
    [[ $one == "$value"* ]] && printf -v one %q "$one" && found+=("$before$one")
  done
}

_heygen() {
  local children options fills live kind choices times before='' found=() words=() given=' '
  local rest=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} route='' asked='' open=1 expect='' nth=0 word i
  # Readline also splits at = and others: text without a space is one word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $i == 0 || $rest == [[:space:]]* ]] && words+=('')
    rest=${rest#"${rest%%[![:space:]]*}"}
    words[-1]+=${rest:0:${#word}}
    rest=${rest:${#word}}
  done
  local current=${words[-1]}
  unset 'words[-1]'

  _heygen_table ''
  for word in "${words[@]:1}"; do
    if [[ $expect ]]; then
      expect=''
    elif [[ $open && $word == -- ]]; then
      open=''
    elif [[ $open && $word == -?* ]]; then
      given+="${word%%=*} "
      if _heygen_option "${word%%=*}" && [[ $kind != switch && $word != *=* ]]; then expect=$kind; fi
    elif [[ $fills == command\|* ]]; then
      asked+="${asked:+ }$word"
      _heygen_table "$asked" || children=''
      options='' fills='command|'
    elif [[ $children && " $children " == *" $word "* ]]; then
      route+="${route:+ }$word"
      _heygen_table "$route"
    elif [[ $children ]]; then
      return
    else
      ((nth++))
    fi
  done
  if [[ $live ]]; then
    word=$("${program/#\~/$HOME}" __complete options $route 2> /dev/null) && [[ $word ]] && options=$word
  fi

  if [[ $expect ]]; then
    _heygen_value "$expect" "$current" "$choices"
  elif [[ $open && $current == --*=* ]] && _heygen_option "${current%%=*}"; then
    before="${current%%=*}="
    _heygen_value "$kind" "${current#*=}" "$choices"
  else
    if [[ $children && $current != -* ]]; then
      for word in $children; do [[ $word == "$current"* ]] && found+=("$word"); done
    elif [[ $fills && $current != -* ]]; then
      local fill=() i=0
      mapfile -t fill <<< "$fills"
      IFS='|' read -r kind choices <<< "${fill[nth]}"
      [[ $kind && $kind != command ]] && _heygen_value "$kind" "$current" "$choices"
    fi
    if [[ $open && ( $current == -* || ( ! $current && ${#found[@]} == 0 ) ) ]]; then
      while IFS='|' read -r word _ times rest; do
        [[ $times == h || ( $times == 1 && $given == *" --$word "* ) ]] && continue
        [[ "--$word" == "$current"* ]] && found+=("--$word")
      done <<< "$options"
    fi
  fi
  # Readline replaces only what follows its last separator.
  local cut=${current%"${current##*["$COMP_WORDBREAKS"]}"}
  [[ $cut == *@ ]] && cut=${cut%@}
  COMPREPLY=("${found[@]#"$cut"}")
}
complete -F _heygen heygen
