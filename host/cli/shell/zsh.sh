#compdef heygen
# SPDX-License-Identifier: Apache-2.0
# zsh completion for heygen, by `heygen completion zsh`.

# What may follow some words: their next words, their options, what their arguments are.
# An option is name|letter|how often|kind of value|choices|doc.
_heygen_table() {
  children='' options='' fills='' live=''
  case $1 in
@TABLE@
    (*) return 1 ;;
  esac
}

# Sets kind, choices and times for an option as it was typed.
_heygen_option() {
  local row
  local -a part
  for row in ${(f)options}; do
    part=("${(@s:|:)row}")
    if [[ $1 == --$part[1] || ( -n $part[2] && $1 == -$part[2] ) ]]; then
      times=$part[3] kind=$part[4] choices=$part[5]
      return 0
    fi
  done
  kind='' choices='' times=''
  return 1
}

_heygen_value() {
  local kind=$1
  local -a list
  list=("${(@s:,:)2}")
  case $kind in
    (switch) compadd -- true false ;;
    (one) compadd -a list ;;
    (list) compset -P '*,'; compadd -S '' -a list ;;
    (file) _files ;;
    (document) [[ $PREFIX == [{[]* ]] || { compset -P 1 '@'; _files } ;;
    (provider|profile|setting)
      list=()
      local one
      for one in ${(f)"$($program __complete $kind 2> /dev/null)"}; do list+=("${${one%%$'\t'*}//:/\\:}:${one#*$'\t'}"); done
      _describe -t $kind $kind list
      ;;
    (*) _message 'value' ;;
  esac
}

_heygen() {
  local children options fills live kind choices times route='' given=' ' expect='' word row program=${(Q)words[1]}
  local -i open=1 nth=1
  local -a asked part found
  program=${program/#\~/$HOME}
  _heygen_table ''
  for word in "${(@Q)words[2,CURRENT-1]}"; do
    if [[ -n $expect ]]; then
      expect=''
    elif (( open )) && [[ $word == -- ]]; then
      open=0
    elif (( open )) && [[ $word == -?* ]]; then
      given+="${word%%=*} "
      if _heygen_option "${word%%=*}" && [[ $kind != switch && $word != *=* ]]; then expect=$kind; fi
    elif [[ $fills == command\|* ]]; then
      asked+=($word)
      _heygen_table "$asked" || children=''
      options='' fills='command|'
    elif [[ -n $children && -n ${(M)${(f)children}:#${(b)word}:*} ]]; then
      route+="${route:+ }$word"
      _heygen_table "$route"
    elif [[ -n $children ]]; then
      return 1
    else
      nth+=1
    fi
  done
  if [[ -n $live ]]; then
    row=$($program __complete options ${=route} 2> /dev/null) && [[ -n $row ]] && options=$row
  fi

  if [[ -n $expect ]]; then
    _heygen_value "$expect" "$choices"
    return
  fi
  if (( open )) && [[ $PREFIX == --*=* ]] && _heygen_option "${PREFIX%%=*}"; then
    compset -P 1 '*='
    _heygen_value "$kind" "$choices"
    return
  fi
  if [[ $PREFIX != -* ]]; then
    if [[ -n $children ]]; then
      found=("${(f)children}")
      _describe -t commands command found
      return
    elif [[ -n $fills ]]; then
      found=("${(@f)fills}")
      row=$found[nth]
      found=()
      if [[ -n ${row%%\|*} && $row != command* ]]; then
        _heygen_value "${row%%\|*}" "${row#*\|}"
        return
      fi
    fi
  fi
  (( open )) && [[ -z $PREFIX || $PREFIX == -* ]] || return 1
  for row in ${(f)options}; do
    part=("${(@s:|:)row}")
    [[ $part[3] == h || ( $part[3] == 1 && $given == *" --$part[1] "* ) ]] && continue
    found+=("--$part[1]:${(j:|:)part[6,-1]}")
  done
  _describe -t flags option found
}

# Read by `source`, it registers itself; from a directory of $fpath it is the function's body.
if [[ $funcstack[1] == _heygen ]]; then _heygen "$@"; else compdef _heygen heygen; fi
